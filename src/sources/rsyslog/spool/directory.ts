import type { Io } from "../../../io/io.ts";
import type { BytePath, Reached } from "../../../io/local-files.ts";
import type { Clock } from "../../../ring/sample.ts";
import type { Paced } from "../family.ts";
import { nameInDirectory, type SpoolName, segmentDirectory, spoolName } from "./layout.ts";

/** More names in one directory are no spool but a mistake. */
const MOST_NAMES = 100_000;

/** A queue's file in a spool directory. */
export interface SpoolFile extends SpoolName {
  readonly bytes: number;
  readonly modified: Clock;
}

/** What one look at a spool directory brought. */
export interface SpoolLook {
  readonly files: readonly SpoolFile[];
  /** Bytes that can still be written on its file system; undefined: not known. */
  readonly free: number | undefined;
}

/** Sizes of all files that queues have in a directory. What goes while we look has been read by rsyslogd. */
export async function lookAtSpool(io: Io, path: BytePath, paced: Paced): Promise<Reached<SpoolLook>> {
  const names = io.files.names(path);
  if (names.kind === "failed") return names;
  if (names.value.length > MOST_NAMES) {
    return { kind: "failed", code: "", reason: `it has more than ${MOST_NAMES} names` };
  }
  const files: SpoolFile[] = [];
  for (const [name, own] of names.value.flatMap((each) => entriesOf(io, path, each))) {
    await paced.slices.pause();
    if (paced.deadline.aborted) return { kind: "failed", code: "", reason: "its files could not be looked at in time" };
    const facts = io.files.facts(`${path}/${name}`);
    if (facts.kind === "ok" && facts.value.kind === "file") {
      files.push({ ...own, bytes: facts.value.size, modified: facts.value.modified });
    }
  }
  const free = io.files.freeBytes(path);
  return { kind: "ok", value: { files, free: free.kind === "ok" ? free.value : undefined } };
}

function entriesOf(io: Io, path: BytePath, name: string): readonly (readonly [string, SpoolName])[] {
  const prefix = segmentDirectory(name);
  const own = spoolName(name);
  if (prefix === undefined) return own === undefined ? [] : [[name, own]];
  const inside = io.files.names(`${path}/${name}`);
  if (inside.kind === "failed") return [];
  return inside.value.map((each) => [`${name}/${each}`, nameInDirectory(each, prefix)]);
}
