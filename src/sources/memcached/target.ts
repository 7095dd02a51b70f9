import type { Io } from "../../io/io.ts";
import type { Labels, Sample } from "../../ring/sample.ts";
import type { Finding } from "../source.ts";
import type { Access } from "./access.ts";
import { Admission } from "./admission.ts";
import type { Attempt, Failure } from "./attempt.ts";
import { Client, type Protocol } from "./client.ts";
import { slabClasses, Texts } from "./contents.ts";
import { Epoch } from "./epoch.ts";
import type { Part, Vocabulary } from "./parse.ts";
import { permissionFinding } from "./permission.ts";
import { refusal } from "./probe.ts";
import { Slowness } from "./slowness.ts";
import { STATES } from "./states.ts";

const EACH_TICK: readonly Part[] = ["stats", "items", "slabs"];
const WITH_SETTINGS: readonly Part[] = [...EACH_TICK, "settings"];

const SETTINGS_SECONDS = 3600;

/** A new client that is not let in within this time is refused. */
const PROBE_MS = 2000;
/** In less time a slow server could not be told from one that refuses. */
const LEAST_PROBE_MS = 100;

/** One instance and how to sample it. */
export interface TargetSpec {
  /** Short name. */
  readonly name: string;
  readonly labels: Labels;
  readonly access: Access;
  readonly protocol: Protocol;
  /** Seconds; undefined: until the deadline. */
  readonly timeout: number | undefined;
  /** What settings were meant to be, by their names in `stats settings`. */
  readonly expected: ReadonlyMap<string, string>;
}

/** What all targets of a collector have in common. */
export interface Common {
  readonly io: Io;
  readonly slowMs: number;
  readonly vocabulary: () => Vocabulary;
}

/** Samples one instance. */
export class Target {
  readonly spec: TargetSpec;
  readonly #common: Common;
  readonly #client: Client;
  readonly #epoch = new Epoch();
  readonly #slowness: Slowness;
  readonly #admission = new Admission();
  readonly #texts: Texts;
  /** Monotonic seconds. */
  #settingsRead = Number.NEGATIVE_INFINITY;
  #lastEpoch = "";
  #state = STATES.number("down");
  #busy = false;
  #finding: Finding | undefined;

  constructor(spec: TargetSpec, common: Common) {
    this.spec = spec;
    this.#common = common;
    this.#client = new Client(common.io, spec, common.vocabulary);
    this.#slowness = new Slowness(common.slowMs);
    this.#texts = new Texts(spec.expected);
  }

  /** Never rejects. One that is still busy with an earlier sample answers that at once. */
  async sample(deadlineMs: number): Promise<Sample> {
    if (this.#busy) return this.#failed(this.#state, "still busy with the sample before");
    this.#busy = true;
    const ms = Math.min(deadlineMs, (this.spec.timeout ?? Number.POSITIVE_INFINITY) * 1000);
    try {
      return await this.#sample(ms);
    } finally {
      this.#busy = false;
    }
  }

  /** What a person can mend, found with the newest sample. */
  get finding(): Finding | undefined {
    return this.#finding;
  }

  close(): void {
    this.#client.close();
  }

  async #sample(ms: number): Promise<Sample> {
    const { io } = this.#common;
    const stale = io.now().mono - this.#settingsRead >= SETTINGS_SECONDS;
    const attempt = await this.#client.read(stale ? WITH_SETTINGS : EACH_TICK, ms);
    this.#finding = undefined;
    if (attempt.kind === "failed") return this.#failed(STATES.number(attempt.state), this.#explained(attempt));
    return this.#good(attempt, await this.#refusal(attempt, ms));
  }

  /** Why new clients do not get in; a connection is tried unless the sample shows that they do. */
  async #refusal({ fresh, reading, ms: took }: Extract<Attempt, { kind: "read" }>, ms: number) {
    const left = Math.min(ms - took, PROBE_MS);
    if (this.#admission.proven(reading.general) || fresh || left < LEAST_PROBE_MS) return undefined;
    this.#admission.probed();
    return refusal(this.#common.io, this.spec.access, this.#client.spoken, left);
  }

  /** @param refused why new clients do not get in */
  #good(attempt: Extract<Attempt, { kind: "read" }>, refused: string | undefined): Sample {
    const { reading } = attempt;
    const epoch = this.#follow(this.#epoch.of(reading.general), reading.settings !== undefined);
    const slow = this.#slowness.after(attempt.ms);
    const note = refused === undefined ? slowNote(slow, attempt.ms) : `new clients are not let in: ${refused}`;
    this.#state = STATES.number(refused === undefined ? (slow ? "slow" : "up") : "refusing connections");
    return {
      kind: "good",
      target: this.spec.name,
      stamp: this.#common.io.now(),
      state: this.#state,
      ...(note === undefined ? {} : { note }),
      epoch,
      numbers: reading.general,
      texts: this.#texts.of(reading),
      parts: slabClasses(reading.classes),
    };
  }

  /** Notes whose settings are known, and since when. */
  #follow(epoch: string, settingsCame: boolean): string {
    if (epoch !== this.#lastEpoch && !settingsCame) {
      this.#texts.forgetSettings();
      this.#settingsRead = Number.NEGATIVE_INFINITY;
    }
    this.#lastEpoch = epoch;
    if (settingsCame) this.#settingsRead = this.#common.io.now().mono;
    return epoch;
  }

  #explained({ hint, reason }: Failure): string {
    const { endpoint } = this.spec.access.address;
    if (hint !== "permission" || endpoint.kind !== "unix") return reason;
    this.#finding = permissionFinding(this.#common.io, endpoint.path);
    return this.#finding.found;
  }

  #failed(state: number, reason: string): Sample {
    this.#state = state;
    return { kind: "failed", target: this.spec.name, stamp: this.#common.io.now(), state, reason };
  }
}

function slowNote(slow: boolean, ms: number): string | undefined {
  return slow ? `slow: answered in ${Math.round(ms)} ms` : undefined;
}
