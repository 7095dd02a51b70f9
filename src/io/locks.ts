// lock := number ":" ("FLOCK"|"POSIX") mode type pid major(hex) ":" minor(hex) ":" inode start end      proc_locks(5)

const LOCK = /^\d+: (?:FLOCK|POSIX) +\w+ +WRITE +(\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) /gm;

/** Pid of the process that has a file locked for writing, by the file's identity as `FileFacts` have it. */
export type Locks = ReadonlyMap<string, number>;

/**
 * The locks of /proc/locks, which everybody may read. All loggers keep `lock` in their directory locked as long as they
 * live.
 */
export function parseLocks(text: string): Locks {
  return new Map(
    [...text.matchAll(LOCK)].map(([, pid, major, minor, inode]) => [
      `${deviceNumber(hex(major), hex(minor))}:${inode}`,
      Number(pid),
    ]),
  );
}

/**
 * Who holds a file locked. Some file systems (overlay, btrfs) have another device number here than in stat; there the
 * inode alone tells, among processes that are loggers.
 */
export function holderOf(locks: Locks, identity: string, loggers: ReadonlySet<number>): number | undefined {
  const exact = locks.get(identity);
  if (exact !== undefined) return exact;
  const inode = inodeOf(identity);
  for (const [locked, pid] of locks) if (loggers.has(pid) && inodeOf(locked) === inode) return pid;
  return undefined;
}

function inodeOf(identity: string): string {
  return identity.slice(identity.indexOf(":"));
}

function hex(digits = ""): number {
  return Number.parseInt(digits, 16);
}

/** The number that stat gives for a device: gnu_dev_makedev of glibc, without the high bits that no Linux uses. */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + (minor >>> 8) * 0x100000;
}
