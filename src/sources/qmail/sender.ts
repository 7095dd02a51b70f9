import type { Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import { holderOf, type Locks, parseLocks } from "../../io/locks.ts";
import { ageOf, processStat } from "../../io/process-stat.ts";
import type { Clock } from "../../ring/sample.ts";

/** Whether a queue's qmail-send runs. `since`: when it was started; undefined: that cannot be seen. */
export type Sender =
  | { readonly kind: "up"; readonly since: Clock | undefined }
  | { readonly kind: "down" }
  | { readonly kind: "hidden"; readonly reason: string };

/** What of the machine is the same for all queues of one tick. */
export interface World {
  /** Undefined: they cannot be read. */
  readonly locks: Locks | undefined;
  /** Who among those that hold a lock is a qmail-send, and who a logger. */
  readonly senders: ReadonlySet<number>;
  readonly loggers: ReadonlySet<number>;
  /** The names of others' processes cannot be seen. */
  readonly areHidden: boolean;
  /** Whether there is but one queue, so that any qmail-send is its own. */
  readonly isOnly: boolean;
}

const SENDER = "qmail-send";
const LOGGERS = ["multilog", "svlogd", "s6-log"];

/** @param text of /proc/locks, which everybody may read */
export function worldOf(io: Io, text: string | undefined, isOnly: boolean): World {
  const locks = text === undefined ? undefined : parseLocks(text);
  const names = [...new Set(locks?.values())].map((pid) => [pid, processStat(io, String(pid))?.name ?? ""] as const);
  const named = (wanted: readonly string[]) =>
    new Set(names.flatMap(([pid, name]) => (wanted.includes(name) ? [pid] : [])));
  const areHidden = processStat(io, "1") === undefined;
  return { locks, senders: named([SENDER]), loggers: named(LOGGERS), areHidden, isOnly };
}

/**
 * qmail-send keeps lock/sendmutex of its queue locked as long as it lives. Where that file may not be seen, some lock of
 * a qmail-send tells it for the only queue.
 */
export function senderOf(io: Io, queue: BytePath, world: World): Sender {
  if (world.locks === undefined) return { kind: "hidden", reason: "/proc/locks cannot be read" };
  const mutex = io.files.facts(`${queue}/lock/sendmutex`);
  const holder = mutex.kind === "ok" ? holderOf(world.locks, mutex.value.identity, world.senders) : undefined;
  if (holder !== undefined) return { kind: "up", since: startOf(io, holder) };
  if (world.areHidden) return { kind: "hidden", reason: "the processes of others are hidden in /proc (hidepid)" };
  if (mutex.kind === "ok" || world.senders.size === 0) return { kind: "down" };
  const [only] = world.senders;
  if (only !== undefined && world.senders.size === 1 && world.isOnly) return { kind: "up", since: startOf(io, only) };
  return { kind: "hidden", reason: `"${pathText(queue)}/lock/sendmutex" cannot be seen: ${mutex.reason}` };
}

/** multilog keeps `lock` in its directory locked. Undefined: whether the log's logger runs cannot be seen. */
export function isLogged(io: Io, directory: BytePath, { locks, loggers, areHidden }: World): boolean | undefined {
  const lock = io.files.facts(`${directory}/lock`);
  if (lock.kind === "failed" || locks === undefined) return undefined;
  return holderOf(locks, lock.value.identity, loggers) !== undefined || (areHidden ? undefined : false);
}

function startOf(io: Io, pid: number): Clock | undefined {
  const stat = processStat(io, String(pid));
  const since = stat === undefined ? Number.NaN : io.now().clock - ageOf(io)(stat);
  return Number.isNaN(since) ? undefined : since;
}
