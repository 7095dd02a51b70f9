import { isPrevious, type LogFile, type Look, type RotatedFile } from "./files.ts";

/** What a logger did between two looks. `estimated`: the part of the bytes that nobody saw, extrapolated. */
export interface Growth {
  readonly bytes: number;
  readonly rotations: number;
  readonly estimated: number;
}

/**
 * What was written between two looks at a directory: the rest of the file that was `current`, the files that came and
 * went whole, and what the new `current` holds. Exact as long as the old `current` is still there in whatever name.
 */
export function growth(before: Look, after: Look): Growth {
  const fresh = freshFiles(before, after);
  const open = before.current;
  const held = after.current?.size ?? 0;
  if (open === undefined && remains(before, after)) return exact(sum(fresh) + held, fresh.length);
  if (open !== undefined && after.current?.identity === open.identity) {
    return exact(sum(fresh) + grown(open, after.current), fresh.length);
  }
  const successor = fresh.find(({ identity }) => identity === open?.identity);
  if (open !== undefined && successor !== undefined) {
    return exact(sum(fresh) - successor.size + grown(open, successor) + held, fresh.length);
  }
  const oldest = fresh[0];
  if (oldest === undefined) return exact(held, 0); // somebody removed current
  return remains(before, after) ? processed(open, fresh, held) : overrun(before, after, fresh);
}

function exact(bytes: number, rotations: number): Growth {
  return { bytes, rotations, estimated: 0 };
}

/** A file that was cut to nothing holds only what came after that. */
function grown(before: LogFile, after: LogFile): number {
  return after.size >= before.size ? after.size - before.size : after.size;
}

/** Closed files that were not there. What multilog's processor has made of `previous` was counted under that name. */
function freshFiles(before: Look, after: Look): readonly RotatedFile[] {
  const known = new Set(before.rotated.map(({ key }) => key));
  const fresh = after.rotated.filter(({ key }) => !known.has(key));
  const made = before.rotated.find(({ key }) => isPrevious(key))?.key;
  return made === undefined || after.rotated.some(({ key }) => key === made) ? fresh : fresh.slice(1);
}

/**
 * Loggers delete the oldest first: while any closed file is still there, nothing newer was deleted. Where there was none
 * yet, the only one that came is the first.
 */
function remains(before: Look, after: Look): boolean {
  if (before.rotated.length === 0) return before.current === undefined || after.rotated.length === 1;
  const there = new Set(after.rotated.map(({ key }) => key));
  return before.rotated.some(({ key }) => there.has(key));
}

/** A processor put a file of its own in the place of the old `current`: how much of it is new can only be guessed. */
function processed(open: LogFile | undefined, fresh: readonly RotatedFile[], held: number): Growth {
  const first = fresh[0]?.size ?? 0;
  const guessed = first - Math.min(first, open?.size ?? 0);
  return { bytes: sum(fresh) - first + guessed + held, rotations: fresh.length, estimated: guessed };
}

/**
 * The logger has deleted files that nobody saw. What it wrote until the oldest file left was closed is taken to have
 * come as fast as what it wrote since, and is at least that file.
 */
function overrun(before: Look, after: Look, fresh: readonly RotatedFile[]): Growth {
  const [oldest, ...rest] = fresh;
  const first = oldest?.size ?? 0;
  const seen = sum(rest) + (after.current?.size ?? 0);
  const seconds = after.clock - (oldest?.modified ?? after.clock);
  const gap = Math.max(0, (oldest?.modified ?? 0) - before.clock);
  const lost = Math.max(first, seconds > 0 ? Math.round((seen / seconds) * gap) : 0);
  const files = (lost - first) / Math.max(1, sum(fresh) / fresh.length);
  return { bytes: lost + seen, rotations: fresh.length + Math.round(files), estimated: lost };
}

function sum(files: readonly LogFile[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}
