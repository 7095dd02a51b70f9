import { parseCounter } from "./counter.ts";

// line := major minor name reads merged sectors ms writes merged sectors ms in-flight busy-ms weighted-ms
//         [4 columns of discards (4.18) [2 of flushes (5.5)]]          Documentation/admin-guide/iostats.rst
// Sectors have 512 bytes whatever the disk's own have.

export const SECTOR_BYTES = 512;
const COLUMNS = 14;

/** One row of /proc/diskstats. `number`: "254:0", as in mountinfo. */
export interface Disk {
  readonly name: string;
  readonly number: string;
  readonly numbers: ReadonlyMap<string, number | bigint>;
}

/** All rows that are whole; columns of newer kernels are left alone. */
export function parseDisks(text: string): readonly Disk[] {
  return text.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [major, minor, name, , , read, , , , written, , , busy] = columns;
    if (columns.length < COLUMNS || name === undefined) return [];
    const numbers = [
      ["there", 1],
      ["sectors_read", parseCounter(read)],
      ["sectors_written", parseCounter(written)],
      ["busy", parseCounter(busy)],
    ] as const;
    const known = numbers.flatMap(([field, count]) => (count === undefined ? [] : [[field, count] as const]));
    return known.length < numbers.length ? [] : [{ name, number: `${major}:${minor}`, numbers: new Map(known) }];
  });
}

const USED = ["sectors_read", "sectors_written", "busy"];
const NO_DISK = /^(?:loop|ram|zram)\d+$/;

/** Disks that have ever done anything: no partitions, which would count twice, and nothing that lies in memory or a file. */
export function wholeDisks(disks: readonly Disk[]): readonly Disk[] {
  const names = new Set(disks.map(({ name }) => name));
  return disks.filter(({ name, numbers }) => {
    const isUsed = USED.some((field) => (numbers.get(field) ?? 0) > 0);
    return isUsed && !NO_DISK.test(name) && !isPartition(name, names);
  });
}

/** sda1 of sda; a "p" stands between where the disk's own name ends with a digit: nvme0n1p1, md0p1. */
function isPartition(name: string, names: ReadonlySet<string>): boolean {
  const base = name.replace(/\d+$/, "");
  if (base === name) return false;
  return names.has(base) || (/\dp$/.test(base) && names.has(base.slice(0, -1)));
}
