import type { Io } from "../../../io/io.ts";
import { unknown, value } from "../../../ring/answer.ts";
import type { Stamp } from "../../../ring/sample.ts";
import type { Publish } from "../../source.ts";
import type { QueueSettings } from "../configuration/queue-settings.ts";
import type { Paced } from "../family.ts";
import { SPOOLS } from "../sources.ts";
import { type Backlog, Spool } from "./spool.ts";

/** All directories in which queues keep files. */
export class Spools {
  readonly #io: Io;
  #byPath: ReadonlyMap<string, Spool> = new Map();
  #hidden: string | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** @param paths those that there are now @param hidden why there may be more; those that were known stay then */
  async look(paths: Iterable<string>, paced: Paced, hidden?: string): Promise<void> {
    this.#hidden = hidden;
    const known = hidden === undefined ? [] : this.#byPath.keys();
    const distinct = [...new Set([...known, ...[...paths].map((path) => path.replace(/(.)\/+$/, "$1"))])];
    this.#byPath = new Map(distinct.map((path) => [path, this.#byPath.get(path) ?? new Spool(this.#io, path)]));
    for (const spool of this.#byPath.values()) await spool.look(paced);
  }

  /** Of one queue; what is not known is undefined. */
  filesOf(settings: QueueSettings | undefined, directory: string | undefined) {
    const spool = directory === undefined ? undefined : this.#byPath.get(directory.replace(/(.)\/+$/, "$1"));
    const prefix = settings?.filename;
    return { bytes: prefix === undefined ? undefined : spool?.bytesOf(prefix), free: spool?.free };
  }

  publish(publish: Publish, stamp: Stamp, backlog: Backlog): void {
    const spools = [...this.#byPath.values()];
    for (const spool of spools) {
      publish.sample(spool.sample(stamp, backlog), SPOOLS);
      if (spool.finding !== undefined) publish.finding(spool.finding);
    }
    const known = new Map(spools.map(({ name, labels }) => [name, labels]));
    const isEmpty = known.size === 0;
    publish.roster(isEmpty && this.#hidden !== undefined ? unknown(this.#hidden) : value(known), SPOOLS);
  }
}
