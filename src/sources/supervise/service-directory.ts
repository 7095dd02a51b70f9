import { type BytePath, type LocalFiles, pathText, type Reached, type SmallFile } from "../../io/local-files.ts";
import { DeathTally, MOST_TALLY_BYTES } from "./death-tally.ts";
import type { Denied } from "./denied.ts";
import { isUp, stateOf } from "./judge.ts";
import type { ReadService, ServiceRecord, Supervisor, UnreadService } from "./record.ts";
import { MOST_STATUS_BYTES, parseStatus, type Status } from "./status.ts";
import type { Supervisors } from "./supervisors.ts";
import { type LeapSeconds, plainUnixTime } from "./tai.ts";

/** A directory that a supervisor may watch. */
export interface Place {
  readonly path: BytePath;
  /** Native name of the service. */
  readonly name: string;
  /** Names under which supervisors of all kinds run for it: their last argument. */
  readonly watched: readonly string[];
  /** Of a log service: the service that it belongs to. */
  readonly logOf?: string;
}

export interface Surroundings {
  readonly files: LocalFiles;
  readonly leapSeconds: LeapSeconds;
  readonly supervisors: Supervisors;
  readonly denied: Denied;
}

/** One service's directory, looked at once a tick. */
export class ServiceDirectory {
  readonly #place: Place;
  readonly #world: Surroundings;
  readonly #tally = new DeathTally();
  #hasDied = true;
  #counted: Buffer | undefined;
  /** Name of the FIFO that its supervisor reads. */
  #fifo: "ok" | "control" = "ok";

  constructor(place: Place, world: Surroundings) {
    this.#place = place;
    this.#world = world;
  }

  /** Undefined: it is no service at all. */
  look(): ServiceRecord | undefined {
    const file = this.#world.files.read(`${this.#place.path}/supervise/status`, MOST_STATUS_BYTES);
    if (file.kind === "failed") return this.#withoutStatus(file);
    const answered = this.#askFifo();
    const status = parseStatus(file.value.bytes, this.#fifo === "ok");
    if (status.kind === "malformed") return this.#unreadable(`"${this.#text("supervise/status")}": ${status.reason}`);
    const { supervisor } = status.value;
    const trouble = answered.kind === "ok" ? {} : this.#judgeSilence(status.value, answered);
    if (trouble.dead !== undefined) return this.#unread("supervisor dead", trouble.dead, supervisor);
    return { ...this.#read(status.value, file.value), ...(trouble.note === undefined ? {} : { note: trouble.note }) };
  }

  #read(status: Status, { bytes, modified }: SmallFile): ReadService {
    const { files, leapSeconds } = this.#world;
    const { path, name, logOf } = this.#place;
    const isS6 = status.supervisor === "s6" && bytes.length > 18; // 2.0 wrote the record of daemontools
    if (isS6) this.#countDeaths(bytes);
    const down = files.facts(`${path}/down`);
    const awaitsReady = isS6 && isUp(status) && !status.ready && files.facts(`${path}/notification-fd`).kind === "ok";
    return {
      kind: "read",
      name,
      supervisor: status.supervisor,
      path: pathText(path),
      ...(logOf === undefined ? {} : { logOf }),
      state: stateOf(status, awaitsReady),
      up: isUp(status),
      since: isS6 ? leapSeconds.unixTime(status.stamp, modified) : plainUnixTime(status.stamp),
      pid: isUp(status) ? status.pid : undefined,
      want: status.want,
      normallyUp: down.kind === "ok" ? false : down.code === "ENOENT" || undefined,
      ...(status.exit !== undefined && this.#hasDied ? { exit: status.exit } : {}),
      ...(isS6 ? { count: { kind: "deaths", value: this.#tally.total } } : {}),
    };
  }

  /** Each death changes the status record, so an unchanged one spares the longer file. */
  #countDeaths(status: Buffer): void {
    if (this.#counted?.equals(status)) return;
    this.#counted = status;
    const tally = this.#world.files.read(`${this.#place.path}/supervise/death_tally`, MOST_TALLY_BYTES);
    if (tally.kind === "ok") this.#hasDied = this.#tally.look(tally.value.bytes);
  }

  /** Remembers which of the two FIFOs it has: only s6 goes without `ok`. */
  #askFifo(): Reached<true> {
    const answered = this.#world.files.hasReader(this.#pathOf(this.#fifo));
    if (answered.kind === "ok" || answered.code !== "ENOENT") return answered;
    this.#fifo = this.#fifo === "ok" ? "control" : "ok";
    return this.#world.files.hasReader(this.#pathOf(this.#fifo));
  }

  #pathOf(fifo: string): BytePath {
    return `${this.#place.path}/supervise/${fifo}`;
  }

  /** Nobody was seen to read the FIFO: the supervisor is dead, or we may not ask and look for its process instead. */
  #judgeSilence(
    status: Status,
    { code }: { readonly code: string },
  ): { readonly dead?: string; readonly note?: string } {
    if (code === "EACCES" || code === "EPERM") {
      const watched = this.#world.supervisors.watches(this.#place.watched, status.pid);
      if (watched === undefined) {
        return {
          note: `whether its supervisor runs cannot be told: "${this.#text(`supervise/${this.#fifo}`)}" is not ours`,
        };
      }
      return watched ? {} : { dead: `no ${SUPERVISOR_PROGRAM[status.supervisor]} process${this.#orphan(status)}` };
    }
    const silent = code === "ENXIO" ? `nobody reads "${this.#text(`supervise/${this.#fifo}`)}"` : "it has left no FIFO";
    return { dead: `${silent}${this.#orphan(status)}` };
  }

  /** What the file says is no longer true, but its program may live on alone. */
  #orphan({ pid }: Status): string {
    if (pid === undefined) return "; it was down";
    const isThere = this.#world.files.facts(`/proc/${pid}`).kind === "ok";
    return isThere ? `; process ${pid} is still there, without a supervisor` : `; process ${pid} is gone`;
  }

  #withoutStatus(failed: Reached<SmallFile> & { readonly kind: "failed" }): UnreadService | undefined {
    if (failed.code === "EACCES" || failed.code === "EPERM")
      return this.#unreadable(this.#world.denied.reason(this.#deniedPath()));
    if (failed.code !== "ENOENT") return this.#unreadable(`"${this.#text("supervise/status")}": ${failed.reason}`);
    const isService = ["run", "supervise"].some(
      (name) => this.#world.files.facts(`${this.#place.path}/${name}`).kind === "ok",
    );
    return isService ? this.#unread("never supervised", this.#neverReason(), undefined) : undefined;
  }

  #neverReason(): string {
    const { logOf } = this.#place;
    const missing = `"${this.#text("supervise/status")}" is missing: no supervisor has taken it up`;
    if (logOf === undefined) return missing;
    return `${missing}; svscan looks for a log/ only when it first sees the directory above (older ones for its sticky bit)`;
  }

  /** The outermost thing on the way that we may not pass. */
  #deniedPath(): BytePath {
    const { path } = this.#place;
    const ways = [path, `${path}/supervise`, `${path}/supervise/status`];
    const next = ways.findIndex((way) => this.#world.files.facts(way).kind === "failed");
    return ways[Math.max(next < 0 ? ways.length - 1 : next - 1, 0)] ?? path;
  }

  #unreadable(reason: string): UnreadService {
    return this.#unread("cannot read", reason, undefined);
  }

  #unread(state: UnreadService["state"], reason: string, supervisor: Supervisor | undefined): UnreadService {
    const { path, name, logOf } = this.#place;
    return {
      kind: "unread",
      name,
      supervisor,
      path: pathText(path),
      ...(logOf === undefined ? {} : { logOf }),
      state,
      reason,
    };
  }

  #text(inside: string): string {
    return pathText(`${this.#place.path}/${inside}`);
  }
}

const SUPERVISOR_PROGRAM = { daemontools: "supervise", runit: "runsv", s6: "s6-supervise" } as const;
