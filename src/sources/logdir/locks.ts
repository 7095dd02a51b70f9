// lock := number ":" ("FLOCK"|"POSIX") mode type pid major(hex) ":" minor(hex) ":" inode start end      proc_locks(5)

const LOCK = /^\d+: (?:FLOCK|POSIX) +\w+ +WRITE +(\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) /gm;

/** A file that is locked for writing; `identity` as `FileFacts` have it. */
export interface Lock {
  readonly pid: number;
  readonly identity: string;
}

/**
 * The locks of /proc/locks, which everybody may read. All loggers keep `lock` in their directory locked as long as they
 * live.
 */
export function parseLocks(text: string): readonly Lock[] {
  return [...text.matchAll(LOCK)].map(([, pid, major, minor, inode]) => ({
    pid: Number(pid),
    identity: `${deviceNumber(hex(major), hex(minor))}:${inode}`,
  }));
}

/**
 * Who holds a file locked. Some file systems (overlay, btrfs) have another device number here than in stat; there the
 * inode alone tells, among processes that are loggers.
 */
export function holderOf(locks: readonly Lock[], identity: string, loggers: ReadonlySet<number>): number | undefined {
  const exact = locks.find((lock) => lock.identity === identity);
  const similar = () => locks.find((lock) => inodeOf(lock.identity) === inodeOf(identity) && loggers.has(lock.pid));
  return (exact ?? similar())?.pid;
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
