import { endpointText, type HostPort } from "../../io/endpoint.ts";
import type { Io } from "../../io/io.ts";
import type { GoodSample, Labels, Sample } from "../../ring/sample.ts";
import { type Attempt, Client } from "./client.ts";
import { Functions, type Kept } from "./functions.ts";
import { STATES } from "./states.ts";
import type { Load, Reading } from "./status-reader.ts";

/** One gearmand that is sampled. */
export class Target {
  readonly name: string;
  readonly labels: Labels;
  readonly #io: Io;
  readonly #client: Client;
  readonly #functions = new Functions();
  #state = STATES.number("down");
  #busy = false;

  constructor(io: Io, name: string, endpoint: HostPort) {
    this.name = name;
    this.labels = { ADDRESS: endpointText(endpoint), HOST: endpoint.host, PORT: String(endpoint.port) };
    this.#io = io;
    this.#client = new Client(io, endpoint);
  }

  /** Never rejects. One that is still busy with an earlier sample answers that at once. */
  async sample(ms: number): Promise<Sample> {
    if (this.#busy) return this.#failed(this.#state, "still busy with the sample before");
    this.#busy = true;
    const attempt = await this.#client.read(ms);
    this.#busy = false;
    return this.#sampleOf(attempt);
  }

  close(): void {
    this.#client.close();
  }

  #sampleOf(attempt: Attempt): Sample {
    if (attempt.kind === "failed") return this.#failed(STATES.number(attempt.state), attempt.reason);
    return this.#good(attempt.reading);
  }

  #failed(state: number, reason: string): Sample {
    this.#state = state;
    return { kind: "failed", target: this.name, stamp: this.#io.now(), state, reason };
  }

  #good(reading: Reading): GoodSample {
    this.#state = STATES.number("up");
    const stamp = this.#io.now();
    const kept = this.#functions.place(reading.functions, stamp.mono);
    return {
      kind: "good",
      target: this.name,
      stamp,
      state: this.#state,
      epoch: reading.pid === undefined ? "" : String(reading.pid),
      numbers: new Map(numbersOf(reading, kept)),
      texts: new Map(textsOf(reading, kept)),
      parts: new Map(kept.map((each) => [each.short, loadNumbers(each)])),
    };
  }
}

function numbersOf(
  { all, stuck, functions, pid }: Reading,
  kept: readonly Kept[],
): readonly (readonly [string, number])[] {
  const left = functions.size - kept.filter(({ isListed }) => isListed).length;
  return [
    ...loadNumbers(all),
    ["stuck", stuck],
    ["functions", functions.size],
    ["left_out", left],
    ...(pid === undefined ? [] : [["pid", pid] as const]),
  ];
}

function textsOf({ version }: Reading, kept: readonly Kept[]): readonly (readonly [string, string])[] {
  const names = kept.map(({ short, text }) => [`function.${short}`, text] as const);
  return version === undefined ? names : [["version", version], ...names];
}

function loadNumbers({ waiting, running, workers }: Load): ReadonlyMap<string, number> {
  return new Map(Object.entries({ waiting, running, workers }));
}
