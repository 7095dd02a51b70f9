import type { Io } from "../../io/io.ts";
import { type BytePath, pathText, type Reached } from "../../io/local-files.ts";
import { deniedFinding, deniedReason } from "../../io/permission.ts";
import type { FailedSample, GoodSample, Labels, Sample, Stamp } from "../../ring/sample.ts";
import type { Finding } from "../source.ts";
import { CountedTree } from "./counted-tree.ts";
import { isLogged, type Sender, senderOf, type World } from "./sender.ts";
import { type SlotsNow, slotsNow } from "./slots.ts";
import { STATES, type State } from "./states.ts";
import { type Logged, type NoStatus, StatusLog } from "./status-log.ts";

/** Where a qmail keeps its queue, and its qmail-send its log. `log` undefined: nobody has said it. */
export interface Places {
  readonly name: string;
  readonly queue: BytePath;
  readonly log: BytePath | undefined;
}

const NO_LOG: NoStatus = {
  kind: "none",
  reason: "where qmail-send's log is, is not known; name its directory: Qmail.Log=/DIRECTORY",
};

/** How many messages there are in each part of the queue; of a part that cannot be counted why. */
interface Counts {
  readonly size: number;
  readonly todo: Reached<number>;
  readonly local: Reached<number>;
  readonly remote: Reached<number>;
}

/** One qmail queue that is sampled. */
export class Target {
  readonly places: Places;
  readonly #io: Io;
  readonly #trees: Readonly<Record<"mess" | "todo" | "local" | "remote", CountedTree>>;
  readonly #log: StatusLog | undefined;
  #findings: readonly Finding[] = [];
  #state: State = "not known";

  constructor(io: Io, places: Places) {
    const tree = (part: string) => new CountedTree(io, `${places.queue}/${part}`);
    this.#io = io;
    this.places = places;
    this.#trees = { mess: tree("mess"), todo: tree("todo"), local: tree("local"), remote: tree("remote") };
    this.#log = places.log === undefined ? undefined : new StatusLog(io.files, places.log);
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** As they were at the newest sample. */
  get labels(): Labels {
    const { queue, log } = this.places;
    return { QUEUE: pathText(queue), LOG: log === undefined ? "" : pathText(log), STATE: this.#state };
  }

  async sample(world: World, signal: AbortSignal): Promise<Sample> {
    this.#findings = [];
    const counts = await this.#count(signal);
    const sender = senderOf(this.#io, this.places.queue, world);
    const stamp = this.#io.now();
    const sample =
      counts.kind === "ok"
        ? this.#good(stamp, counts.value, { sender, world })
        : this.#failed(stamp, counts, { sender, isLate: signal.aborted && !isSystemError(counts) });
    return sample;
  }

  /** The queue as a whole can be counted when its messages can. */
  async #count(signal: AbortSignal): Promise<Reached<Counts>> {
    const size = await this.#trees.mess.count(signal);
    if (size.kind === "failed") return size;
    const todo = await this.#trees.todo.count(signal);
    const local = await this.#trees.local.count(signal);
    const remote = await this.#trees.remote.count(signal);
    if (signal.aborted) return { kind: "failed", code: "", reason: "" };
    return { kind: "ok", value: { size: size.value, todo, local, remote } };
  }

  #failed(
    stamp: Stamp,
    { code, reason }: { readonly code: string; readonly reason: string },
    { sender, isLate }: { readonly sender: Sender; readonly isLate: boolean },
  ): FailedSample {
    const { name, queue } = this.places;
    if (isLate) {
      this.#state = stateOf(sender);
      const found = `"${pathText(queue)}" was not counted in time; what has been counted is kept for the next try`;
      return { kind: "failed", target: name, stamp, state: STATES.number(this.#state), reason: found };
    }
    this.#state = code === "ENOENT" ? "missing" : "cannot read";
    if (code === "EACCES") this.#findings = [deniedFinding(this.#io, `${queue}/mess`, "directory")];
    const [finding] = this.#findings;
    const why = finding === undefined ? reason : `${finding.found}; mend: ${finding.mend}`;
    const text = `cannot read "${pathText(queue)}/mess": ${why}`;
    return { kind: "failed", target: name, stamp, state: STATES.number(this.#state), reason: text };
  }

  #good(
    stamp: Stamp,
    counts: Counts,
    { sender, world }: { readonly sender: Sender; readonly world: World },
  ): GoodSample {
    this.#state = stateOf(sender);
    const { name, queue, log } = this.places;
    const logged = this.#log?.read() ?? NO_LOG;
    if (log !== undefined && "kind" in logged) this.#findings = [this.#logFinding(log, logged)];
    const isWritten = log === undefined ? undefined : isLogged(this.#io, log, world);
    const slots = slotsNow(logged, { sender, isLogged: isWritten, now: stamp.clock });
    const note = noteOf(sender);
    return {
      kind: "good",
      target: name,
      stamp,
      state: STATES.number(this.#state),
      ...(note === undefined ? {} : { note }),
      epoch: "",
      numbers: new Map([...countNumbers(counts), ...slotNumbers(slots), ...statusClock(logged)]),
      texts: new Map([
        ...(["todo", "local", "remote"] as const).map(
          (part) => [`no_${part}`, this.#whyNot(part, counts[part])] as const,
        ),
        ["no_slots", slots.kind === "none" ? slots.reason : ""],
        ["unknown_slots", slots.kind === "unknown" ? slots.reason : ""],
        ["queue", pathText(queue)],
        ["log", log === undefined ? "" : pathText(log)],
      ]),
      parts: new Map(),
    };
  }

  #whyNot(part: string, counted: Reached<number>): string {
    if (counted.kind === "ok") return "";
    const path = `${this.places.queue}/${part}`;
    return counted.code === "EACCES"
      ? deniedReason(this.#io, path)
      : `cannot read "${pathText(path)}": ${counted.reason}`;
  }

  #logFinding(log: BytePath, { kind, reason }: NoStatus): Finding {
    if (kind === "denied") return deniedFinding(this.#io, `${log}/current`, "file");
    const mend =
      "name the directory into which multilog (with t, for time stamps) writes qmail-send's lines: Qmail.Log=/DIRECTORY";
    return { what: pathText(log), found: reason, mend };
  }
}

/** Its end says more than that it came late. */
function isSystemError({ code }: { readonly code: string }): boolean {
  return /^E[A-Z]+$/.test(code);
}

function stateOf(sender: Sender): State {
  if (sender.kind === "hidden") return "not known";
  return sender.kind === "up" ? "up" : "not running";
}

function noteOf(sender: Sender): string | undefined {
  if (sender.kind === "hidden") return sender.reason;
  return sender.kind === "up" ? undefined : "qmail-send does not run";
}

type Named = readonly (readonly [string, number])[];

function countNumbers({ size, todo, local, remote }: Counts): Named {
  const counted = Object.entries({ todo, local, remote });
  return [
    ["size", size],
    ...counted.flatMap(([part, count]) => (count.kind === "ok" ? [[part, count.value] as const] : [])),
  ];
}

function slotNumbers(slots: SlotsNow): Named {
  if (slots.kind !== "known") return [];
  const { local, remote } = slots;
  return [
    ["local_used", local.used],
    ["local_max", local.max],
    ["remote_used", remote.used],
    ["remote_max", remote.max],
  ];
}

function statusClock(logged: Logged | NoStatus): Named {
  return "status" in logged ? [["status_clock", logged.clock]] : [];
}
