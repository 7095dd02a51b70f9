import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of /proc; the same on every Linux that Node runs on. */
const TICKS = 100;
const TICK_US = 1e6 / TICKS;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Of the process itself and of the children it has waited for, in clock ticks. */
  readonly ticks: number;
}

/** CPU microseconds of a process and everything below it, in steps of 10 ms; proc(5). */
export function cpuMicroseconds(pid: number): number {
  return tree(pid).reduce((sum, { ticks }) => sum + ticks, 0) * TICK_US;
}

/** Resident MB of a process and everything below it. Pages that several share are counted for each. */
export function residentMegabytes(pid: number): number {
  return tree(pid).reduce((sum, found) => sum + resident(found.pid), 0) / 1024;
}

function tree(root: number): readonly Stat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => stat(Number(name)));
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

function stat(pid: number): readonly Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const number = (place: number) => Number(fields[place - 3]);
    return [{ pid, parent: number(4), ticks: number(14) + number(15) + number(16) + number(17) }];
  } catch {
    return []; // it has ended
  }
}

function resident(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
