import { isUtf8 } from "node:buffer";
import { posix } from "node:path";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { expandInclude } from "./include.ts";
import type { Files } from "./spec.ts";

/** One `Name=Value` line. Lines count from 1. */
export interface Entry {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** Why a configuration is refused. `line` is undefined where the file as a whole is meant. */
export interface Problem {
  readonly file: string;
  readonly line: number | undefined;
  readonly text: string;
}

/** All entries of a file and its includes in the order of reading, and all that could not be understood. */
export interface Reading {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

const MAX_LINE_BYTES = 2048;
const MAX_INCLUDES = 10;

/**
 * Reads a file in the format of zabbix_agentd.conf.
 *
 *     file    := line*
 *     line    := blank | blank "#" text | blank name blank "=" blank value blank
 *     include := "Include=" path    a file, a directory, or a directory with "*" in the last part
 *
 * UTF-8, lines of at most 2048 bytes, LF or CRLF. A "#" later in a line belongs to the value; there are no quotes and no
 * continuation lines. Include is an entry like any other and its file's entries follow it; names that begin with a dot are
 * left out of directories. A file is read once: a second Include of it is a problem, which also ends loops.
 */
export function readConfig(path: string, files: Files): Reading {
  const reading: Growing = {
    files,
    entries: [],
    problems: [],
    included: new Map([[posix.normalize(path), "as the main file"]]),
  };
  const content = files.read(path);
  if (content.kind === "ok") readLines(reading, { path, content: content.value, depth: 0 });
  else reading.problems.push({ file: path, line: undefined, text: `cannot read the configuration: ${content.reason}` });
  return reading;
}

/** "file:line" for error texts. */
export function place({ file, line }: Pick<Problem, "file" | "line">): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** The problem as it is shown to people. */
export function problemText(problem: Problem): string {
  return `${place(problem)}: ${problem.text}`;
}

/** Text from a file as an error shows it: whole names and values, but never a screenful. */
export function short(found: string): string {
  return found.length <= 80 ? found : `${found.slice(0, 77)}...`;
}

interface Growing {
  readonly files: Files;
  readonly entries: Entry[];
  readonly problems: Problem[];
  /** Paths that were read, and by whom they were named. */
  readonly included: Map<string, string>;
}

interface Source {
  readonly path: string;
  readonly content: Uint8Array;
  /** Includes between this file and the main one. */
  readonly depth: number;
}

function readLines(reading: Growing, { path, content, depth }: Source): void {
  let number = 0;
  for (const bytes of lines(content)) {
    number += 1;
    const parsed = parseLine(bytes);
    if (parsed.kind === "malformed") {
      reading.problems.push({ file: path, line: number, text: parsed.reason });
    } else if (parsed.value !== undefined) {
      const entry = { ...parsed.value, file: path, line: number };
      reading.entries.push(entry);
      if (entry.name === "Include") include(reading, entry, depth + 1);
    }
  }
}

function* lines(content: Uint8Array): Iterable<Buffer> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf("\n", start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

type Pair = Pick<Entry, "name" | "value">;

/** Undefined: nothing to read on this line. `trim` also takes the byte order mark that some editors put first. */
function parseLine(bytes: Buffer): Parsed<Pair | undefined> {
  if (bytes.length > MAX_LINE_BYTES) {
    return malformed(`line has ${bytes.length} bytes, expected at most ${MAX_LINE_BYTES}`);
  }
  if (!isUtf8(bytes)) return malformed("line is not UTF-8");
  const line = bytes.toString("utf8").trim();
  if (line === "" || line.startsWith("#")) return ok(undefined);
  const control = /[^\P{Cc}\t]/u.exec(line)?.[0];
  if (control !== undefined) return malformed(`line has the control character 0x${hex(control)}`);
  const equals = line.indexOf("=");
  if (equals < 1) return malformed(`expected Name=Value, found "${short(line)}"`);
  return ok({ name: line.slice(0, equals).trimEnd(), value: line.slice(equals + 1).trimStart() });
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, "0");
}

function include(reading: Growing, by: Entry, depth: number): void {
  if (by.value === "") return; // refused as an empty value, like any other directive
  const paths =
    depth > MAX_INCLUDES ? malformed(`nested more than ${MAX_INCLUDES} deep`) : expandInclude(by, reading.files);
  if (paths.kind === "malformed") refuse(reading, by, { path: by.value, reason: paths.reason });
  else for (const path of paths.value) includeFile(reading, by, { path, depth });
}

function includeFile(reading: Growing, by: Entry, { path, depth }: Pick<Source, "path" | "depth">): void {
  const before = reading.included.get(path);
  const content = before === undefined ? reading.files.read(path) : malformed(`it was read already, ${before}`);
  if (content.kind === "malformed") {
    refuse(reading, by, { path, reason: content.reason });
    return;
  }
  reading.included.set(path, `for ${place(by)}`);
  readLines(reading, { path, content: content.value, depth });
}

function refuse(reading: Growing, { file, line }: Entry, of: { readonly path: string; readonly reason: string }): void {
  reading.problems.push({ file, line, text: `cannot include "${short(of.path)}": ${of.reason}` });
}
