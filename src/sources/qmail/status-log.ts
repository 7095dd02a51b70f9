import { type BytePath, type FileFacts, type LocalFiles, pathText, type Reached } from "../../io/local-files.ts";
import { stampClock } from "../../io/log-stamp.ts";
import type { Clock } from "../../ring/sample.ts";
import { newestStatus, type Status } from "./status-line.ts";

/** Enough for some hundred lines. */
const END_BYTES = 2 ** 16;

/** The newest status of a log directory. `clock`: when it was written. */
export interface Logged {
  readonly status: Status;
  readonly clock: Clock;
}

/** Why there is none: what is missing may come, what cannot be read wants mending. */
export type NoStatus = { readonly kind: "none" | "denied" | "failed"; readonly reason: string };

/** qmail-send's log as multilog keeps it: `current`, and the files closed before it. */
export class StatusLog {
  readonly #files: LocalFiles;
  readonly directory: BytePath;
  #version = "";
  #newest: Logged | NoStatus = { kind: "none", reason: "" };

  constructor(files: LocalFiles, directory: BytePath) {
    this.#files = files;
    this.directory = directory;
  }

  /** Of `current`, and right after a rotation of the file that was closed last. */
  read(): Logged | NoStatus {
    const path = `${this.directory}/current`;
    const facts = this.#files.facts(path);
    if (facts.kind === "failed") return this.#failed(path, facts);
    if (facts.value.kind !== "file") return { kind: "failed", reason: `"${pathText(path)}" is a ${facts.value.kind}` };
    const version = versionOf(facts.value);
    if (version !== this.#version) this.#newest = this.#search(path);
    this.#version = version;
    return this.#newest;
  }

  #search(current: BytePath): Logged | NoStatus {
    const here = this.#statusIn(current);
    if (here !== undefined) return here;
    const names = this.#files.names(this.directory);
    const closed = names.kind === "ok" ? names.value.filter((name) => /^@[0-9a-f]{24}\.[su]$/.test(name)) : [];
    const last = [...closed].sort().at(-1);
    const before = last === undefined ? undefined : this.#statusIn(`${this.directory}/${last}`);
    return (
      before ?? {
        kind: "none",
        reason: `no line with a time stamp and qmail-send's status in "${pathText(this.directory)}"`,
      }
    );
  }

  /** Undefined: there is none, or one without a stamp, of which nobody knows how old it is. */
  #statusIn(path: BytePath): Logged | NoStatus | undefined {
    const tail = this.#files.tail(path, END_BYTES);
    if (tail.kind === "failed") return this.#failed(path, tail);
    const { bytes, facts } = tail.value;
    const status = newestStatus(bytes, facts.size <= END_BYTES);
    if (status?.stamp === undefined) return undefined;
    return { status, clock: stampClock(status.stamp, facts.modified, "multilog") };
  }

  #failed(path: BytePath, { code, reason }: Extract<Reached<never>, { kind: "failed" }>): NoStatus {
    return { kind: code === "EACCES" ? "denied" : "failed", reason: `cannot read "${pathText(path)}": ${reason}` };
  }
}

function versionOf({ identity, size, modified }: FileFacts): string {
  return `${identity} ${size} ${modified}`;
}
