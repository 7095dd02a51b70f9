import type { Io } from "../../io/io.ts";
import type { BytePath } from "../../io/local-files.ts";
import type { DeniedPath } from "../../io/permission.ts";
import type { Clock, GoodSample, Labels, Numbers, Sample } from "../../ring/sample.ts";
import { readStatus } from "./client.ts";
import { ErrorLog } from "./error-log.ts";
import { Life } from "./life.ts";
import { STATES } from "./states.ts";
import type { StatusUrl } from "./url.ts";

/** One server and how to sample it. */
export interface TargetSpec {
  /** Short name. */
  readonly name: string;
  readonly url: StatusUrl;
  readonly errorLog: BytePath | undefined;
}

/** One lighttpd that is sampled. */
export class Target {
  readonly spec: TargetSpec;
  readonly #io: Io;
  readonly #errorLog: ErrorLog | undefined;
  readonly #life = new Life();
  #state = STATES.number("down");
  #busy = false;

  constructor(io: Io, spec: TargetSpec) {
    this.spec = spec;
    this.#io = io;
    this.#errorLog = spec.errorLog === undefined ? undefined : new ErrorLog(io, spec.errorLog);
  }

  get labels(): Labels {
    const { text, endpoint } = this.spec.url;
    return { URL: text, HOST: endpoint.host, PORT: String(endpoint.port) };
  }

  /** What a person can mend, found with the newest sample. */
  get finding(): DeniedPath | undefined {
    return this.#errorLog?.finding;
  }

  /** Never rejects. One that is still busy with an earlier sample answers that at once. */
  async sample(ms: number): Promise<Sample> {
    if (this.#busy) return this.#failed(this.#state, "still busy with the sample before");
    this.#busy = true;
    const attempt = await readStatus(this.#io, this.spec.url, ms);
    this.#busy = false;
    return attempt.kind === "read"
      ? this.#good(attempt.numbers, attempt.clock)
      : this.#failed(STATES.number(attempt.state), attempt.reason);
  }

  close(): void {
    this.#errorLog?.close();
  }

  #failed(state: number, reason: string): Sample {
    this.#state = state;
    return { kind: "failed", target: this.spec.name, stamp: this.#io.now(), state, reason };
  }

  #good(page: Numbers, clock: Clock | undefined): GoodSample {
    this.#state = STATES.number("up");
    const stamp = this.#io.now();
    const { numbers, texts } = this.#backEnds();
    return {
      kind: "good",
      target: this.spec.name,
      stamp,
      state: this.#state,
      epoch: this.#life.epoch(clock ?? stamp.clock, Number(page.get("uptime"))),
      numbers: new Map([...[...page.keys()].map((name) => [name, page.get(name) ?? Number.NaN] as const), ...numbers]),
      texts: new Map(texts),
      parts: new Map(),
    };
  }

  #backEnds(): { readonly numbers: readonly [string, number][]; readonly texts: readonly [string, string][] } {
    const down = this.#errorLog?.look();
    if (down === undefined) return { numbers: [], texts: [] };
    if (down.kind === "malformed") return { numbers: [], texts: [["backends_unknown", down.reason]] };
    return { numbers: [["backends_down", down.value.length]], texts: [["backends", down.value.join("\n")]] };
  }
}
