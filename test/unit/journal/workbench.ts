import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Journal, type JournalOptions } from "../../../src/journal/journal.ts";
import { ringJournal } from "../../../src/journal/kind.ts";
import { type ReplayedRecord, readJournal } from "../../../src/journal/replay.ts";

/** A record as tests compare it. */
export interface Seen {
  readonly slot: number | undefined;
  readonly text: string;
  readonly sameBoot: boolean;
}

const directories: string[] = [];
const journals: Journal[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A new directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-journal-"));
  directories.push(directory);
  return directory;
}

/** A journal that was opened, with all it said and found. */
export interface Opened {
  readonly journal: Journal;
  readonly seen: readonly Seen[];
  readonly lines: readonly string[];
}

interface Opening extends Partial<JournalOptions> {
  readonly directory: string;
  readonly keepSlots?: number;
  readonly segmentSlots?: number;
}

export function openJournal({ keepSlots = 1000, segmentSlots = 10, ...options }: Opening): Opened {
  const seen: Seen[] = [];
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  const opened = Journal.open(
    { ...DEFAULTS, kind: ringJournal(keepSlots, segmentSlots), report, ...options },
    (record) => seen.push(asSeen(record)),
  );
  if (opened.kind === "malformed") throw new Error(opened.reason);
  journals.push(opened.value);
  return { journal: opened.value, seen, lines };
}

export function readOnly(directory: string, step: number = DEFAULTS.step) {
  const seen: Seen[] = [];
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  const newest = readJournal({ directory, step, boot: DEFAULTS.boot, report }, (record) => seen.push(asSeen(record)));
  return { seen, lines, newest };
}

export const DEFAULTS = {
  step: 60,
  boot: "boot-1",
  kind: ringJournal(1000, 10),
  preamble: (): readonly Buffer[] => [],
};

export function record(slot: number, text: string) {
  return { slot, body: Buffer.from(text) };
}

/** Appends one slot per text from `first` on and closes. */
export async function writeSlots(journal: Journal, first: number, texts: readonly string[]): Promise<void> {
  for (const [at, text] of texts.entries()) void journal.append([record(first + at, text)]);
  await journal.close();
}

/** Names of the segments, those set aside included, oldest first. */
export function segmentNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name !== "lock")
    .sort();
}

function asSeen({ slot, body, sameBoot }: ReplayedRecord): Seen {
  return { slot, text: body.toString(), sameBoot };
}
