import type { Io } from "./io.ts";

// stat := pid " (" name ") " state " " parent " " ..., the 22nd word its start in ticks after boot      proc_pid_stat(5)

/** What everybody may see of a process. */
export interface ProcessStat {
  readonly name: string;
  /** R, S, D, T (stopped), Z (dead, not reaped). */
  readonly state: string;
  readonly parent: string;
  /** Ticks from boot to its start: with the pid no two processes have the same. */
  readonly start: string;
}

/** Undefined when there is no such process, or /proc hides it. */
export function processStat(io: Io, pid: string): ProcessStat | undefined {
  const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(io.readText(`/proc/${pid}/stat`) ?? "") ?? [];
  const [state = "", parent = "", ...more] = rest.split(" ");
  return state === "" ? undefined : { name, state, parent, start: more[17] ?? "" };
}

/** Ticks of /proc/PID/stat in a second, on every Linux that Node runs on. */
const TICKS = 100;

/** Seconds since the starts of processes, as they are now. */
export function ageOf(io: Io): (stat: ProcessStat) => number {
  const uptime = Number.parseFloat(io.readText("/proc/uptime") ?? "");
  return ({ start }) => uptime - Number(start) / TICKS;
}
