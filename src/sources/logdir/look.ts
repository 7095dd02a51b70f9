import type { BytePath, FileFacts, LocalFiles, Reached } from "../../io/local-files.ts";
import { type LastLine, lastLine, stampClock } from "../../io/log-stamp.ts";
import type { Clock, Stamp } from "../../ring/sample.ts";
import { type LogFile, type Look, previousKey, type RotatedFile, type RotatedName, rotatedNames } from "./files.ts";

/** What of `current` is read at first, and what when its last line is longer than that. */
const LAST_LINES = 2048;
const LONG_LINES = 65_536;
/** More names in one directory are no log but a mistake. */
const MOST_NAMES = 10_000;

/** What one look at a directory brought. `newest`: when its newest line was written; undefined: there is no line. */
export interface Looked {
  readonly look: Look;
  /** Changes when the directory was made anew. */
  readonly epoch: string;
  readonly newest: Clock | undefined;
  /** The last lines may not be read; then `newest` is when the file was written. */
  readonly isDenied: boolean;
}

/** One log directory, looked at again and again. Closed files do not change, so each is looked at once. */
export class Directory {
  readonly #files: LocalFiles;
  readonly #path: BytePath;
  #open: Open | undefined;
  /** By name. */
  #closed = new Map<string, RotatedFile>();

  constructor(files: LocalFiles, path: BytePath) {
    this.#files = files;
    this.#path = path;
  }

  /** @param logger by which TAI64N labels are understood where the file's own time does not tell */
  look(now: Stamp, logger: string): Reached<Looked> {
    const directory = this.#files.facts(this.#path);
    if (directory.kind === "failed") return directory;
    if (directory.value.kind !== "directory") return strange(`it is a ${directory.value.kind}, no directory`);
    const current = this.#current();
    if (current.kind === "failed") return current;
    const names = this.#files.names(this.#path);
    if (names.kind === "failed") return names;
    if (names.value.length > MOST_NAMES) return strange(`it has more than ${MOST_NAMES} names`);
    const rotated = this.#rotated(rotatedNames(names.value));
    const open = current.value;
    const wasRotated = rotated.some(({ identity }) => identity === open?.file.identity); // since it was opened
    return {
      kind: "ok",
      value: {
        look: { clock: now.clock, current: wasRotated ? undefined : open?.file, rotated },
        epoch: identityOf(directory.value),
        newest: newestClock(open, rotated, logger),
        isDenied: open !== undefined && open.line === undefined,
      },
    };
  }

  /** Undefined between two files: the old one has been renamed, the new one is not there yet. */
  #current(): Reached<Open | undefined> {
    const path = `${this.#path}/current`;
    const facts = this.#files.facts(path);
    if (facts.kind === "failed") return facts.code === "ENOENT" ? { kind: "ok", value: undefined } : facts;
    if (facts.value.kind !== "file") return strange(`"current" is a ${facts.value.kind}, no regular file`);
    if (isSame(this.#open?.file, fileOf(facts.value))) return { kind: "ok", value: this.#open };
    const short = this.#end(path, LAST_LINES);
    const open = short.kind === "ok" && short.value?.line?.kind === "beyond" ? this.#end(path, LONG_LINES) : short;
    this.#open = open.kind === "ok" && open.value?.line !== undefined ? open.value : undefined;
    return open;
  }

  #end(path: BytePath, most: number): Reached<Open | undefined> {
    const tail = this.#files.tail(path, most);
    if (tail.kind === "ok") {
      const { bytes, facts } = tail.value;
      return { kind: "ok", value: { file: fileOf(facts), line: lastLine(bytes, facts.size <= most) } };
    }
    if (tail.code === "ENOENT") return { kind: "ok", value: undefined };
    const facts = this.#files.facts(path);
    return tail.code === "EACCES" && facts.kind === "ok"
      ? { kind: "ok", value: { file: fileOf(facts.value), line: undefined } }
      : tail;
  }

  /** A file that goes while we look was deleted by a rotation. */
  #rotated(names: readonly RotatedName[]): readonly RotatedFile[] {
    const before = this.#closed;
    this.#closed = new Map();
    return names.flatMap((found) => {
      const file = before.get(found.name) ?? this.#closedFile(found);
      if (file === undefined) return [];
      if (found.name.startsWith("@")) this.#closed.set(found.name, file);
      return [file];
    });
  }

  #closedFile({ name, key, suffix }: RotatedName): RotatedFile | undefined {
    const facts = this.#files.facts(`${this.#path}/${name}`);
    if (facts.kind === "failed" || facts.value.kind !== "file") return undefined;
    const file = fileOf(facts.value);
    return { ...file, suffix, key: name.startsWith("@") ? key : previousKey(file.identity) };
  }
}

/** `line` undefined: it may not be read. */
interface Open {
  readonly file: LogFile;
  readonly line: LastLine | undefined;
}

function newestClock(open: Open | undefined, rotated: readonly RotatedFile[], logger: string): Clock | undefined {
  if (open === undefined || open.line?.kind === "none") return rotated.at(-1)?.modified;
  const { file, line } = open;
  if (line?.kind !== "line" || line.stamp === undefined) return file.modified;
  return stampClock(line.stamp, file.modified, logger);
}

function fileOf(facts: FileFacts): LogFile {
  return { identity: identityOf(facts), size: facts.size, modified: facts.modified };
}

/** Nothing was written since; a clock that stands still between two writes does not hide that the file has grown. */
function isSame(before: LogFile | undefined, { identity, size, modified }: LogFile): boolean {
  return before?.identity === identity && before.size === size && before.modified === modified;
}

/** An inode is soon given to another file; when it was born tells them apart. */
function identityOf({ identity, birth }: FileFacts): string {
  return `${identity}@${birth}`;
}

function strange(reason: string): { readonly kind: "failed"; readonly code: string; readonly reason: string } {
  return { kind: "failed", code: "", reason };
}
