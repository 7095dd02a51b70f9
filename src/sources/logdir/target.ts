import type { Io } from "../../io/io.ts";
import { pathText } from "../../io/local-files.ts";
import { deniedFinding, deniedReason } from "../../io/permission.ts";
import type { FailedSample, GoodSample, Labels, Sample, Stamp } from "../../ring/sample.ts";
import type { Finding } from "../source.ts";
import { SUPERVISOR_OF } from "./command-line.ts";
import { Counters } from "./counters.ts";
import { totalBytes } from "./files.ts";
import { type Judged, judge, type World } from "./judge.ts";
import { Directory, type Looked } from "./look.ts";
import type { Spec } from "./spec.ts";
import { STATES, type State } from "./states.ts";

/** One log directory that is sampled. */
export class Target {
  readonly #io: Io;
  readonly #directory: Directory;
  readonly #counters = new Counters();
  #spec: Spec;
  #state = STATES.number("logger not known");
  #bytesRead: number | undefined;
  #finding: Finding | undefined;
  #blockedUnknown: string | undefined;
  #labels: Labels | undefined;

  constructor(io: Io, spec: Spec) {
    this.#io = io;
    this.#spec = spec;
    this.#directory = new Directory(io.files, spec.path);
  }

  get spec(): Spec {
    return this.#spec;
  }

  get finding(): Finding | undefined {
    return this.#finding;
  }

  /** Why it cannot be seen whether the writer is blocked; undefined where it can. */
  get blockedUnknown(): string | undefined {
    return this.#blockedUnknown;
  }

  get isMissing(): boolean {
    return this.#state === STATES.number("missing");
  }

  /** What others have found out about the same directory since; what is not known any more stays. */
  learn({ logger, service, home }: Spec): void {
    const { logger: oldLogger, service: oldService, home: oldHome } = this.#spec;
    this.#spec = {
      ...this.#spec,
      logger: logger || oldLogger,
      service: service || oldService,
      home: home || oldHome,
    };
  }

  /** As they were at the newest sample. */
  get labels(): Labels {
    this.#labels ??= this.#describe();
    return this.#labels;
  }

  #describe(): Labels {
    const { path, logger, service, home } = this.#spec;
    return {
      PATH: pathText(path),
      LOGGER: logger,
      SUPERVISOR: logger in SUPERVISOR_OF ? SUPERVISOR_OF[logger as keyof typeof SUPERVISOR_OF] : "",
      SERVICE: service,
      HOME: pathText(home),
      NORMALLY_DOWN: home === "" ? "" : String(Number(this.#io.files.facts(`${home}/down`).kind === "ok")),
      STATE: STATES.word(this.#state),
    };
  }

  sample(world: World): Sample {
    this.#finding = undefined;
    this.#blockedUnknown = undefined;
    this.#labels = undefined;
    const stamp = this.#io.now();
    const looked = this.#directory.look(stamp, this.#spec.logger);
    const sample = looked.kind === "ok" ? this.#good(stamp, looked.value, world) : this.#failed(stamp, looked);
    this.#state = sample.state;
    return sample;
  }

  #failed(stamp: Stamp, { code, reason }: { readonly code: string; readonly reason: string }): FailedSample {
    const { name, path } = this.#spec;
    const state: State = code === "ENOENT" ? "missing" : "cannot read";
    const isDenied = code === "EACCES";
    if (isDenied) this.#finding = deniedFinding(this.#io, path, "directory");
    const mend = this.#finding === undefined ? "" : `; mend: ${this.#finding.mend}`;
    const why = isDenied ? `${deniedReason(this.#io, path)}${mend}` : reason;
    const text = `cannot read "${pathText(path)}": ${why}`;
    return { kind: "failed", target: name, stamp, state: STATES.number(state), reason: text };
  }

  #good(stamp: Stamp, looked: Looked, world: World): GoodSample {
    const { name, path } = this.#spec;
    if (looked.isDenied) this.#finding = deniedFinding(this.#io, `${path}/current`, "file");
    const judged = judge(this.#io, this.#spec, { world, bytesRead: this.#bytesRead });
    this.#bytesRead = judged.bytesRead;
    this.#blockedUnknown = judged.blockedUnknown;
    return {
      kind: "good",
      target: name,
      stamp,
      state: STATES.number(judged.state),
      ...(judged.note === undefined ? {} : { note: judged.note }),
      epoch: looked.epoch,
      numbers: new Map([...this.#numbers(looked, judged), ...this.#counters.put(stamp, looked)]),
      texts: new Map([
        ["path", pathText(path)],
        ["logger", this.#spec.logger],
        ["blocked_unknown", judged.blockedUnknown ?? ""],
      ]),
      parts: new Map(),
    };
  }

  #numbers({ look }: Looked, { blocked, pid }: Judged): readonly (readonly [string, number])[] {
    const free = this.#io.files.freeBytes(this.#spec.path);
    return [
      ["bytes", totalBytes(look)],
      ["current", look.current?.size ?? 0],
      ["files", look.rotated.length + (look.current === undefined ? 0 : 1)],
      ["unclean", look.rotated.filter(({ suffix }) => suffix === "u").length],
      ...(free.kind === "ok" ? [["free", free.value] as const] : []),
      ...(blocked === undefined ? [] : [["blocked", Number(blocked)] as const]),
      ...(pid === undefined ? [] : [["pid", pid] as const]),
    ];
  }
}
