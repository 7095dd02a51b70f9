import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Program } from "./program.ts";
import { start } from "./start.ts";
import { waitFor } from "./wait.ts";

/** The three loggers, each told to write the same lines to several directories with a file size and a number of files. */
export const LOGGERS = ["multilog", "svlogd", "s6-log"] as const;

export type LoggerName = (typeof LOGGERS)[number];

export interface Kept {
  readonly directory: string;
  /** Files that it keeps. */
  readonly files: number;
  /** A command through which closed files go. */
  readonly processor?: string;
}

/** Bytes at which a file is full. */
const FILE_BYTES = 4096;
/** multilog and s6-log close a file that has come so near to it; svlogd when the next line has no room. */
const NEARLY_FULL_BYTES = FILE_BYTES - 2000;
/** "@" and 24 digits, or svlogd's date and time, and a space. */
const STAMP_BYTES = 26;

/** A logger whose lines come from a file that the test appends to, so that it knows what was written. */
export class Logger {
  readonly name: LoggerName;
  readonly program: Program;
  readonly #lines: string;
  /** No two loggers of a test write the same lines. */
  readonly #mark: string;
  readonly #kept: readonly Kept[];
  #count = 0;
  /** Bytes that the logger should have written, stamps included. */
  bytes = 0;

  private constructor(name: LoggerName, program: Program, { lines, kept }: { lines: string; kept: readonly Kept[] }) {
    this.name = name;
    this.program = program;
    this.#lines = lines;
    this.#mark = basename(lines);
    this.#kept = kept;
  }

  /** @param home where it is started and its lines lie */
  static async start(name: LoggerName, home: string, kept: readonly Kept[]): Promise<Logger> {
    const lines = join(home, `lines-${readdirSync(home).length}`);
    writeFileSync(lines, "");
    for (const { directory } of kept) mkdirSync(directory, { recursive: true });
    const pipe = 'lines=$1; shift; tail -n +1 -s 0.02 -f "$lines" | exec "$@"';
    const program = await start("sh", ["-c", pipe, "sh", lines, name, ...argumentsOf(name, kept)], {
      cwd: home,
      ready: () => kept.every(({ directory }) => readdirSync(directory).includes("lock")),
    });
    return new Logger(name, program, { lines, kept });
  }

  /** Writes lines of 60 bytes with their stamp and waits until the last one is in all directories, full files closed. */
  async write(count: number): Promise<void> {
    const texts = Array.from({ length: count }, () =>
      `${this.#mark} ${String(++this.#count).padStart(8, "0")} `.padEnd(33, "."),
    );
    appendFileSync(this.#lines, texts.map((text) => `${text}\n`).join(""));
    this.bytes += count * (STAMP_BYTES + 34);
    await waitFor(() => this.#kept.every(({ directory }) => this.#holds(directory, texts.at(-1) ?? "")), {
      what: `${this.name} to write ${count} lines`,
    });
  }

  #holds(directory: string, text: string): boolean {
    return logFiles(directory).some((file) => contains(file, text)) && !this.#isAboutToClose(directory);
  }

  #isAboutToClose(directory: string): boolean {
    const size = statSync(join(directory, "current"), { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY;
    return size > (this.name === "svlogd" ? FILE_BYTES : NEARLY_FULL_BYTES);
  }
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file, "latin1").includes(text);
  } catch {
    return false; // rotated meanwhile
  }
}

/** Whole paths of the files with lines. */
function logFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name === "current" || name.startsWith("@"))
    .map((name) => join(directory, name));
}

export function closedFiles(directory: string): number {
  return readdirSync(directory).filter((name) => name.startsWith("@")).length;
}

export function sizeOf(directory: string): number {
  return logFiles(directory).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** svlogd is told in a file; the others on their command line. */
function argumentsOf(name: LoggerName, kept: readonly Kept[]): readonly string[] {
  const directives = ({ files, processor }: Kept) => [
    `s${FILE_BYTES}`,
    `n${files}`,
    ...(processor === undefined ? [] : [`!${processor}`]),
  ];
  if (name !== "svlogd") return kept.flatMap((each) => ["t", ...directives(each), each.directory]);
  for (const each of kept) writeFileSync(join(each.directory, "config"), `${directives(each).join("\n")}\n`);
  return ["-tt", ...kept.map(({ directory }) => directory)];
}
