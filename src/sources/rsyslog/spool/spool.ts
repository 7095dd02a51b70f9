import type { Io } from "../../../io/io.ts";
import { bytePath } from "../../../io/local-files.ts";
import { deniedFinding, deniedReason } from "../../../io/permission.ts";
import { shortName } from "../../../items/short-name.ts";
import type { Labels, Sample, Stamp } from "../../../ring/sample.ts";
import type { Finding } from "../../source.ts";
import type { Paced } from "../family.ts";
import { lookAtSpool, type SpoolFile, type SpoolLook } from "./directory.ts";
import { SPOOL_STATES } from "./states.ts";

/**
 * Messages that wait in the queue whose files begin with a prefix. 0 for a prefix that no queue has any more; undefined:
 * it is not known which queue has it.
 */
export type Backlog = (prefix: string) => number | undefined;

/** A directory in which queues keep their files. */
export class Spool {
  readonly name: string;
  readonly path: string;
  readonly #io: Io;
  #look: SpoolLook | undefined;
  #failure: { readonly code: string; readonly reason: string } | undefined;
  #state = SPOOL_STATES.number("empty");

  constructor(io: Io, path: string) {
    this.#io = io;
    this.path = path;
    this.name = shortName(path.replace(/^\//, ""));
  }

  async look(paced: Paced): Promise<void> {
    const looked = await lookAtSpool(this.#io, bytePath(this.path), paced);
    this.#look = looked.kind === "ok" ? looked.value : undefined;
    this.#failure = looked.kind === "failed" ? looked : undefined;
  }

  /** Bytes of one queue's segments; undefined: they cannot be read. */
  bytesOf(prefix: string): number | undefined {
    return this.#look === undefined ? undefined : totalBytes(segments(this.#look, prefix));
  }

  /** Bytes that can still be written here; that is known without reading the directory. */
  get free(): number | undefined {
    const free = this.#io.files.freeBytes(bytePath(this.path));
    return this.#look?.free ?? (free.kind === "ok" ? free.value : undefined);
  }

  get finding(): Finding | undefined {
    return this.#failure?.code === "EACCES" ? deniedFinding(this.#io, bytePath(this.path), "directory") : undefined;
  }

  get labels(): Labels {
    return { PATH: this.path, STATE: SPOOL_STATES.word(this.#state) };
  }

  sample(stamp: Stamp, backlog: Backlog): Sample {
    const sample = this.#look === undefined ? this.#failed(stamp) : good(this.name, this.#look, { stamp, backlog });
    this.#state = sample.state;
    return sample;
  }

  #failed(stamp: Stamp): Sample {
    const { code = "", reason = "it was not looked at yet" } = this.#failure ?? {};
    const isDenied = code === "EACCES";
    const why = isDenied ? deniedReason(this.#io, bytePath(this.path)) : reason;
    const state = SPOOL_STATES.number(code === "ENOENT" ? "missing" : "cannot read");
    return { kind: "failed", target: this.name, stamp, state, reason: `cannot read "${this.path}": ${why}` };
  }
}

function good(target: string, look: SpoolLook, { stamp, backlog }: { stamp: Stamp; backlog: Backlog }): Sample {
  const left = leftovers(look, backlog);
  const own = segments(look);
  const oldest = own.reduce((least, { modified }) => Math.min(least, modified), Number.POSITIVE_INFINITY);
  return {
    kind: "good",
    target,
    stamp,
    state: SPOOL_STATES.number(own.length === 0 ? "empty" : left === own.length ? "leftovers" : "in use"),
    epoch: "",
    numbers: new Map([
      ["bytes", totalBytes(look.files)],
      ["files", look.files.length],
      ...(own.length === 0 ? [] : [["oldest", Math.max(0, stamp.clock - oldest)] as const]),
      ...(left === undefined ? [] : [["leftovers", left] as const]),
      ...(look.free === undefined ? [] : [["free", look.free] as const]),
    ]),
    texts: new Map(),
    parts: new Map(),
  };
}

/** Segments of queues that have no messages; undefined: of some it is not known. */
function leftovers(look: SpoolLook, backlog: Backlog): number | undefined {
  let count = 0;
  for (const prefix of new Set(segments(look).map((file) => file.prefix))) {
    const waiting = backlog(prefix);
    if (waiting === undefined) return undefined;
    if (waiting === 0) count += segments(look, prefix).length;
  }
  return count;
}

function segments({ files }: SpoolLook, prefix?: string): readonly SpoolFile[] {
  return files.filter((file) => file.kind === "segment" && (prefix === undefined || file.prefix === prefix));
}

function totalBytes(files: readonly SpoolFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
