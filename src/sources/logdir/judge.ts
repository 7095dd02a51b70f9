import type { Io } from "../../io/io.ts";
import { holderOf, type Locks } from "../../io/locks.ts";
import { blockedWriter, bytesRead, processState } from "./blocked.ts";
import type { Processes } from "./processes.ts";
import type { Spec } from "./spec.ts";
import type { State } from "./states.ts";

/** What of the machine is the same for all directories of one tick. `locks` undefined: they cannot be read. */
export interface World {
  readonly processes: Processes;
  readonly locks: Locks | undefined;
  /** Pid of the logger whose command line names a directory, by its path. */
  readonly loggers: ReadonlyMap<string, number>;
}

/** How a directory's logger does. `blocked` undefined: it cannot be seen, for the reason in `blockedUnknown`. */
export interface Judged {
  readonly state: State;
  readonly note?: string;
  readonly pid?: number;
  readonly blocked?: boolean;
  readonly blockedUnknown?: string;
  /** What the logger has read in its life. */
  readonly bytesRead?: number;
}

/** @param before what the logger had read at the sample before */
export function judge(
  io: Io,
  { path }: Spec,
  { world, bytesRead: before }: { readonly world: World; readonly bytesRead: number | undefined },
): Judged {
  const pid = loggerOf(io, path, world);
  if (pid === undefined) {
    if (world.locks === undefined) return { state: "logger not known", note: "/proc/locks cannot be read" };
    return { state: "no logger", note: `no process holds "lock" in it`, blocked: false };
  }
  const isStopped = /^[Tt]$/.test(processState(io, pid) ?? "");
  const read = bytesRead(io, pid);
  const isStuck = isStopped || (read !== undefined && read === before);
  const blocked = blockedWriter(io, world.processes, { pid, isStuck });
  return {
    pid,
    ...(read === undefined ? {} : { bytesRead: read }),
    ...stateOf(pid, isStopped, blocked.kind === "known" ? blocked.writer : undefined),
    ...(blocked.kind === "known" ? { blocked: blocked.writer !== undefined } : { blockedUnknown: blocked.reason }),
  };
}

function stateOf(pid: number, isStopped: boolean, writer: string | undefined): Pick<Judged, "state" | "note"> {
  if (writer !== undefined) {
    return { state: "writer blocked", note: `process ${writer} waits for its logger, process ${pid}, to read` };
  }
  if (isStopped) return { state: "logger stopped", note: `the logger, process ${pid}, is stopped by a signal` };
  return { state: "up" };
}

/** Who holds `lock` in the directory; where the locks cannot be read, who was started for it. */
function loggerOf(io: Io, path: string, { processes, locks, loggers }: World): number | undefined {
  const lock = io.files.facts(`${path}/lock`);
  if (locks === undefined || lock.kind === "failed") return loggers.get(path);
  return holderOf(locks, lock.value.identity, processes.pids) ?? loggers.get(path);
}
