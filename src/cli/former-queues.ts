import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Io } from "../io/io.ts";
import { bytePath } from "../io/local-files.ts";
import type { Log } from "../io/log.ts";
import { shellWord } from "../io/shell-word.ts";
import type { OutboxOptions } from "../outbox/options.ts";
import { Outbox, type OutboxStats } from "../outbox/outbox.ts";
import type { Finding } from "../sources/source.ts";
import { durationText } from "../words/duration.ts";
import { errorText } from "../words/error-text.ts";
import { megabytes } from "../words/megabytes.ts";
import { sentence } from "../words/sentence.ts";
import { type QueueSettings, queueOptions } from "./queue-options.ts";

/** A queue in which values wait. */
interface Former {
  readonly path: string;
  readonly finding: Finding;
}

/** What tidemark makes in the directory of a queue. */
const OURS = /^(lock|outbox-\d+\.journal(\.[a-z-]+)?|(items|keys)\.json(\.new)?)$/;

/**
 * The queues of destinations that the configuration no longer names. Their values are kept, since a name may have been
 * mistyped: the same destination finds them again. They are said and shown, and dropped when they are older than
 * OutboxAge; what is empty and has not been written for so long is removed.
 */
export class FormerQueues {
  readonly #io: Pick<Io, "now">;
  readonly #log: Pick<Log, "warning">;
  #found: readonly Former[] = [];

  constructor({ io, log }: { readonly io: Pick<Io, "now">; readonly log: Pick<Log, "warning"> }) {
    this.#io = io;
    this.#log = log;
  }

  /** Those that nobody has deleted since they were found. */
  get findings(): readonly Finding[] {
    return this.#found.filter(({ path }) => existsSync(path)).map(({ finding }) => finding);
  }

  /** Looks at all queues in a directory but these. */
  async look(directory: string, wanted: readonly string[], settings: QueueSettings): Promise<void> {
    const found: Former[] = [];
    for (const name of await queuesIn(directory)) {
      if (wanted.includes(name)) continue;
      const options = queueOptions(settings, { io: this.#io, log: this.#log });
      const former = await this.#lookAt({ ...options, directory: join(directory, name), name: `"${name}"` }).catch(
        (error: unknown) => this.#say(join(directory, name), error),
      );
      if (former !== undefined) found.push(former);
    }
    const isNew = ({ path }: Former) => !this.#found.some((known) => known.path === path);
    for (const { finding } of found.filter(isNew)) {
      this.#log.warning(`${sentence(finding.found)} To mend that: ${finding.mend}.`);
    }
    this.#found = found;
  }

  /** @returns undefined when nothing waits there, or another process has it */
  async #lookAt(options: OutboxOptions): Promise<Former | undefined> {
    const opened = await Outbox.reopen(options);
    if (opened.kind === "malformed") return undefined;
    const outbox = opened.value;
    const { stats } = outbox;
    if (stats.rows === 0) await outbox.next(1); // says how many were dropped
    await outbox.close();
    if (stats.rows > 0) return this.#former(options.directory, stats);
    if (stats.dropped > 0 || (await this.#isOld(options))) await this.#remove(options.directory);
    return undefined;
  }

  #say(path: string, error: unknown): undefined {
    this.#log.warning(`Cannot look into "${path}": ${errorText(error)}.`);
  }

  #former(path: string, { rows, bytes, oldest }: OutboxStats): Former {
    const age = durationText(Math.max(0, this.#io.now().clock - (oldest ?? 0)));
    const found = `${rows} values, ${megabytes(bytes)}, the oldest of ${age} ago, wait in "${path}" for a destination that is not configured`;
    return {
      path,
      finding: { what: "outbox", found, mend: `configure it again, or rm -r ${shellWord(bytePath(path))}` },
    };
  }

  /** Nothing has been written for so long that no value of the ring is missing in it. */
  async #isOld({ directory, limits, now }: OutboxOptions): Promise<boolean> {
    const files = (await readdir(directory)).filter((file) => file !== LOCK);
    const written = await Promise.all(files.map((file) => stat(join(directory, file))));
    return written.every(({ mtimeMs }) => mtimeMs / 1000 < now().clock - limits.seconds);
  }

  async #remove(directory: string): Promise<void> {
    const files = await readdir(directory);
    if (files.every((file) => OURS.test(file))) await rm(directory, { recursive: true });
  }
}

/** It is written at each opening. */
const LOCK = "lock";

async function queuesIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return []; // none was made yet; a destination that cannot have one says so
  }
}
