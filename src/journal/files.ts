import { readdirSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** Set-aside segments that are kept for people to look at; older ones are deleted. */
const KEPT_ASIDE = 8;
const NAME = /^([a-z]+)-(\d{1,15})\.journal(\.(unknown-version|other-step|damaged|unreadable))?$/;

/** Why a segment was set aside: the end of its new name. */
export type AsideReason = "unknown-version" | "other-step" | "damaged" | "unreadable";

/** A segment's file. Numbers only rise: they are the order in which the segments were written. */
export interface SegmentFile {
  readonly number: number;
  readonly path: string;
}

/** Where a journal's segments are, and how their names begin. */
export interface Whereabouts {
  readonly directory: string;
  readonly name: string;
}

/** The segments of one journal in a directory, oldest first, and the next one's number. Throws when it cannot be read. */
export function listSegments(
  directory: string,
  name: string,
): { readonly segments: readonly SegmentFile[]; readonly next: number } {
  const files = listAll(directory, name);
  return { segments: files.filter(({ aside }) => !aside), next: 1 + (files.at(-1)?.number ?? 0) };
}

/** `name`: the journal's, lower-case letters. */
export function segmentPath(directory: string, name: string, number: number): string {
  return join(directory, `${name}-${String(number).padStart(8, "0")}.journal`);
}

/** Renames a segment so that it is never read again, and deletes the oldest of those renamed before. Throws. */
export function setAside({ directory, name }: Whereabouts, path: string, reason: AsideReason): string {
  const aside = `${path}.${reason}`;
  renameSync(path, aside);
  const all = listAll(directory, name).filter((file) => file.aside);
  for (const old of all.slice(0, -KEPT_ASIDE)) unlinkSync(old.path);
  return aside;
}

/** The code of a system error, such as ENOSPC. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function listAll(directory: string, name: string): (SegmentFile & { readonly aside: boolean })[] {
  return readdirSync(directory)
    .flatMap((file) => {
      const match = NAME.exec(file);
      if (match?.[1] !== name) return [];
      return [{ number: Number(match[2]), path: join(directory, file), aside: match[3] !== undefined }];
    })
    .sort((a, b) => a.number - b.number);
}
