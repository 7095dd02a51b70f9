import { type BytePath, bytePath, type LocalFiles, pathText } from "../../io/local-files.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Disk } from "./disks.ts";

// line := id parent major ":" minor root point options *( tag ) "-" type source super-options
// proc(5), mountinfo; blanks and backslashes in paths stand as \040 and the like

/** One mounted file system. `number`: "254:0"; "0:..." where it has no disk of its own. */
export interface Mount {
  readonly number: string;
  readonly point: BytePath;
  readonly type: string;
  readonly source: BytePath;
}

export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(/ - (.*)/s);
    const [, , number, , point] = before.split(" ");
    const [type = "", source = ""] = after.split(" ");
    if (number === undefined || point === undefined || type === "") return [];
    return [{ number, point: unescaped(point), type, source: unescaped(source) }];
  });
}

function unescaped(text: string): BytePath {
  return bytePath(text).replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

/** The file system that a path lies in: the deepest mount point above it; of several mounts there the last one is seen. */
function mountOf(mounts: readonly Mount[], path: BytePath): Mount | undefined {
  const above = mounts.filter(({ point }) => isWithin(path, point));
  const deepest = Math.max(...above.map(({ point }) => point.length));
  return above.findLast(({ point }) => point.length === deepest);
}

function isWithin(path: BytePath, point: BytePath): boolean {
  return point === "/" || path === point || path.startsWith(`${point}/`);
}

/**
 * The disk of a path, by the number of its file system; where that has one of no disk, as with btrfs, by the device that
 * it was mounted from. A container's overlay has neither.
 */
export function diskOf(
  path: BytePath,
  { mounts, disks, files }: { mounts: readonly Mount[]; disks: readonly Disk[]; files: Pick<LocalFiles, "real"> },
): Parsed<Disk> {
  const mount = mountOf(mounts, path);
  if (mount === undefined) return malformed(`no mount point in /proc/self/mountinfo leads to "${pathText(path)}"`);
  const name = deviceName(files, mount.source);
  const disk = disks.find(({ number }) => number === mount.number) ?? disks.find((each) => each.name === name);
  if (disk !== undefined) return ok(disk);
  const where = `"${pathText(path)}" lies on ${mount.type} (${pathText(mount.source)})`;
  return malformed(`${where}, which is no disk of /proc/diskstats; name a directory on a disk with Path`);
}

/** "dm-0" for /dev/mapper/vg-log: in /dev the names that people use are links to those that the kernel uses. */
function deviceName(files: Pick<LocalFiles, "real">, source: BytePath): string | undefined {
  if (!source.startsWith("/dev/")) return undefined;
  const real = files.real(source);
  return (real.kind === "ok" ? real.value : source).slice("/dev/".length);
}
