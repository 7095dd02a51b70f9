import { readdirSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** Set-aside segments that are kept for people to look at; older ones are deleted. */
const KEPT_ASIDE = 8;
const NAME = /^ring-(\d{1,15})\.journal(\.(unknown-version|other-step|damaged|unreadable))?$/;

/** Why a segment was set aside: the end of its new name. */
export type AsideReason = "unknown-version" | "other-step" | "damaged" | "unreadable";

/** A segment's file. Numbers only rise: they are the order in which the segments were written. */
export interface SegmentFile {
  readonly number: number;
  readonly path: string;
}

/** The segments of a directory, oldest first, and the number of the next. Throws when the directory cannot be read. */
export function listSegments(directory: string): { readonly segments: readonly SegmentFile[]; readonly next: number } {
  const files = listAll(directory);
  return { segments: files.filter(({ aside }) => !aside), next: 1 + (files.at(-1)?.number ?? 0) };
}

export function segmentPath(directory: string, number: number): string {
  return join(directory, `ring-${String(number).padStart(8, "0")}.journal`);
}

/** Renames a segment so that it is never read again, and deletes the oldest of those renamed before. Throws. */
export function setAside(directory: string, path: string, reason: AsideReason): string {
  const aside = `${path}.${reason}`;
  renameSync(path, aside);
  const all = listAll(directory).filter((file) => file.aside);
  for (const old of all.slice(0, -KEPT_ASIDE)) unlinkSync(old.path);
  return aside;
}

/** The code of a system error, such as ENOSPC. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** A system error in the words of Node: code, text, call and path. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function listAll(directory: string): (SegmentFile & { readonly aside: boolean })[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const match = NAME.exec(name);
      if (match === null) return [];
      return [{ number: Number(match[1]), path: join(directory, name), aside: match[2] !== undefined }];
    })
    .sort((a, b) => a.number - b.number);
}
