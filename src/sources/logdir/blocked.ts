import type { Io } from "../../io/io.ts";
import { deniedReason } from "../../io/permission.ts";
import { processStat } from "../../io/process-stat.ts";
import type { Processes } from "./processes.ts";

/** Whether a process waits for the logger to read. hidden: we may not see it, and why. */
export type Blocked =
  | { readonly kind: "known"; readonly writer: string | undefined }
  | { readonly kind: "hidden"; readonly reason: string };

/** What the kernel waits in when a pipe is full; pipe_wait up to Linux 5.4. */
const WAITS = /^(?:anon_)?pipe_(?:write|wait)$/;

/**
 * The process that is blocked because its pipe to the logger is full. A busy writer waits for moments, too: it counts
 * only when the logger has not read anything since the sample before, or is stopped.
 */
export function blockedWriter(
  io: Io,
  processes: Processes,
  { pid, isStuck }: { readonly pid: number; readonly isStuck: boolean },
): Blocked {
  const input = io.files.link(`/proc/${pid}/fd/0`);
  if (input.kind === "failed") return { kind: "hidden", reason: deniedReason(io, `/proc/${pid}/fd`) };
  if (!input.value.startsWith("pipe:")) return { kind: "known", writer: undefined };
  const writers = processes.writersOf(input.value);
  if (writers.length === 0 && processes.areSomeHidden) {
    return { kind: "hidden", reason: `the open files of other users' processes cannot be seen in /proc` };
  }
  return { kind: "known", writer: isStuck ? writers.find((writer) => waits(io, writer, input.value)) : undefined };
}

/** Second word of /proc/PID/syscall: the first argument of the call in which it waits, the descriptor for a write. */
function waits(io: Io, writer: string, pipe: string): boolean {
  if (!WAITS.test((io.readText(`/proc/${writer}/wchan`) ?? "").trim())) return false;
  const [, descriptor] = (io.readText(`/proc/${writer}/syscall`) ?? "").split(" ");
  const link = io.files.link(`/proc/${writer}/fd/${Number(descriptor)}`);
  return link.kind === "ok" && link.value === pipe;
}

/** Bytes that a process has read in its life; undefined when we may not see that. */
export function bytesRead(io: Io, pid: number): number | undefined {
  const found = /^rchar: (\d+)$/m.exec(io.readText(`/proc/${pid}/io`) ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The letter of a process's state: R, S, D, T (stopped), Z; undefined when there is none of this pid to be seen. */
export function processState(io: Io, pid: number): string | undefined {
  return processStat(io, String(pid))?.state;
}
