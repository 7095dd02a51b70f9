import { excerpt } from "../../words/excerpt.ts";
import { digitAt, parseNumber, quickNumber } from "./figures.ts";
import { Names } from "./names.ts";
import { Row } from "./row.ts";

/** The replies to `stats`, `stats items`, `stats slabs` and `stats settings`. */
export type Part = "stats" | "items" | "slabs" | "settings";

/** The names of all replies so far. One serves every server of a collector, since their names are nearly the same. */
export interface Vocabulary {
  readonly general: Names;
  /** The fields of a slab class, from `stats items` and `stats slabs` alike. */
  readonly slabClass: Names;
}

export function newVocabulary(): Vocabulary {
  const slabClass = new Names();
  slabClass.learn(-1, "class");
  return { general: new Names(), slabClass };
}

/** Beside what the server sends, a slab class's row has its number. */
const CLASS_COLUMN = 0;

/** What one pass over the replies gave. */
export interface Reading {
  /** The numbers of `stats`, and the totals below the classes in `stats slabs`. */
  readonly general: Row;
  /** The values of `stats` that are no numbers. */
  readonly texts: ReadonlyMap<string, string>;
  /** By class number. */
  readonly classes: ReadonlyMap<number, Row>;
  /** Undefined when they were not asked for, or the server does not know the command (1.2). */
  readonly settings: ReadonlyMap<string, string> | undefined;
}

/**
 * - read: all replies are in.
 * - refused: the server answered the first request with this error line.
 * - foreign: this is no reply of memcached; `found` says what it is, in quotes or words.
 */
export type Verdict =
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "refused"; readonly line: string }
  | { readonly kind: "foreign"; readonly found: string };

/** What memcached says to everything before the login of `-Y`. */
export const UNAUTHENTICATED = "CLIENT_ERROR unauthenticated";

/** 63 slab classes need 120 kB. */
const MOST_BYTES = 2 ** 20;
const LONGEST_LINE = 2 ** 16;
/** A last class number is 63; 1.2 to 1.4 can be built with up to 255. */
const MOST_CLASSES = 255;

const LF = 0x0a;
const COLON = 0x3a;
const [S, T, A, SPACE] = [0x53, 0x54, 0x41, 0x20];
const ITEMS_PREFIX = Buffer.from("items:", "latin1");
const STARTS = ["STAT ", "END", "RESET", "OK", "ERROR", "CLIENT_ERROR ", "SERVER_ERROR "];

/**
 * Reads pipelined replies of the text protocol from chunks as they come; a chunk is not kept.
 *
 *     reply := *( "STAT " name " " value CRLF ) end CRLF
 *     end   := "END" | "RESET" | "OK" | "ERROR" | "ERROR " text | "CLIENT_ERROR " text | "SERVER_ERROR " text
 *
 * Values may be empty or hold spaces. Names of `stats items` are `items:<class>:<field>`, those of `stats slabs`
 * `<class>:<field>` and, for the totals, `<name>`. Format: memcached's doc/protocol.txt.
 */
export class StatReader {
  readonly #vocabulary: Vocabulary;
  readonly #parts: readonly Part[];
  #part: Part | undefined;
  #ended = 0;
  #received = 0;
  #rest: Uint8Array | undefined;
  #verdict: Verdict | undefined;

  readonly #general: Row;
  readonly #texts = new Map<string, string>();
  readonly #classes = new Map<number, Row>();
  #settings: Map<string, string> | undefined;
  /** Class and row of the line before, and the columns that guess the next name. */
  #class = -1;
  #row: Row;
  #previous = -1;
  #previousInClass = -1;

  constructor(vocabulary: Vocabulary, parts: readonly Part[]) {
    this.#vocabulary = vocabulary;
    this.#parts = parts;
    this.#part = parts[0];
    this.#general = new Row(vocabulary.general);
    this.#row = this.#general;
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#received;
  }

  /** Undefined until the last reply has ended or the peer has shown not to be a memcached. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Takes the next bytes. True: nothing more is expected. */
  feed(chunk: Uint8Array): boolean {
    this.#received += chunk.length;
    if (this.#received > MOST_BYTES) return this.#foreign(`more than ${MOST_BYTES} bytes`);
    let from = this.#rest === undefined ? 0 : this.#joinRest(this.#rest, chunk);
    while (from < chunk.length && this.#verdict === undefined) {
      const next = this.#line(chunk, from);
      if (next < 0) {
        this.#keep(Uint8Array.from(chunk.subarray(from))); // Buffer's slice would be no copy
        break;
      }
      from = next;
    }
    if (from < chunk.length && this.#verdict?.kind === "read") return this.#foreign("bytes after the last reply");
    return this.#verdict !== undefined;
  }

  /** Reads the line that was cut by the end of the chunk before. Answers where the next one begins. */
  #joinRest(rest: Uint8Array, chunk: Uint8Array): number {
    const end = chunk.indexOf(LF) + 1;
    const line = Buffer.concat([rest, end === 0 ? chunk : chunk.subarray(0, end)]);
    this.#rest = undefined;
    if (end === 0) this.#keep(line);
    else this.#line(line, 0);
    return end === 0 ? chunk.length : end;
  }

  /** Keeps the beginning of a line, unless no line of memcached begins so. */
  #keep(line: Uint8Array): void {
    const start = Buffer.from(line.subarray(0, 13)).toString("latin1");
    if (!STARTS.some((known) => start.startsWith(known) || known.startsWith(start))) this.#foreign(excerpt(line));
    else if (line.length > LONGEST_LINE) this.#foreign(`a line of more than ${LONGEST_LINE} bytes`);
    else this.#rest = line;
  }

  /** Where the line after the one at `from` begins; -1: it is not whole. */
  #line(bytes: Uint8Array, from: number): number {
    const next = this.#quickLine(bytes, from);
    if (next > 0) return next;
    const end = bytes.indexOf(LF, from);
    if (end < 0) return -1;
    this.#slowLine(Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString("latin1"));
    return end + 1;
  }

  /** A STAT line with the name that was guessed and a short number. -1: it is not, or not whole. */
  #quickLine(bytes: Uint8Array, from: number): number {
    if (bytes[from] !== S || bytes[from + 1] !== T || bytes[from + 2] !== A) return -1;
    if (bytes[from + 3] !== T || bytes[from + 4] !== SPACE) return -1;
    if (this.#part === "stats") return this.#quickGeneral(bytes, from + 5);
    if (this.#part === "settings") return -1;
    const prefix = this.#part === "items" ? ITEMS_PREFIX.length : 0;
    for (let at = 0; at < prefix; at++) if (bytes[from + 5 + at] !== ITEMS_PREFIX[at]) return -1;
    return this.#quickInClass(bytes, from + 5 + prefix);
  }

  #quickGeneral(bytes: Uint8Array, from: number): number {
    const names = this.#vocabulary.general;
    const column = names.guess(this.#previous, bytes, from);
    if (column < 0) return -1;
    const next = quickNumber(bytes, names.end(column, from), this.#general, column);
    if (next > 0) this.#previous = column;
    return next;
  }

  #quickInClass(bytes: Uint8Array, from: number): number {
    let at = from;
    let number = 0;
    for (let digit = digitAt(bytes, at); digit >= 0 && at < from + 3; digit = digitAt(bytes, ++at)) {
      number = number * 10 + digit;
    }
    if (at === from || bytes[at] !== COLON || number > MOST_CLASSES) return -1;
    const names = this.#vocabulary.slabClass;
    const column = names.guess(this.#previousInClass, bytes, at + 1);
    if (column < 0) return -1;
    if (number !== this.#class) this.#enter(number);
    const next = quickNumber(bytes, names.end(column, at + 1), this.#row, column);
    if (next > 0) this.#previousInClass = column;
    return next;
  }

  #enter(number: number): void {
    this.#class = number;
    const known = this.#classes.get(number);
    this.#row = known ?? new Row(this.#vocabulary.slabClass);
    if (known !== undefined) return;
    this.#row.set(CLASS_COLUMN, number);
    this.#classes.set(number, this.#row);
  }

  #slowLine(ended: string): void {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line.startsWith("STAT ")) this.#stat(line);
    else if (line === "END" || line === "RESET" || line === "OK") this.#endPart();
    else if (/^(CLIENT_ERROR |SERVER_ERROR |ERROR( |$))/.test(line)) this.#error(line);
    else this.#foreign(excerpt(line));
  }

  #stat(line: string): void {
    const space = line.indexOf(" ", 5);
    const name = space < 0 ? line.slice(5) : line.slice(5, space);
    const value = space < 0 ? "" : line.slice(space + 1);
    const inClass = /^(?:items:)?(\d{1,3}):(.+)$/.exec(name);
    if (this.#part === "settings") this.#keepSetting(name, value);
    else if (this.#part === "stats" || inClass === null) this.#statGeneral(name, value);
    else if (Number(inClass[1]) <= MOST_CLASSES) this.#statInClass(Number(inClass[1]), inClass[2] ?? "", value);
  }

  #keepSetting(name: string, value: string): void {
    this.#settings ??= new Map();
    this.#settings.set(name, value);
  }

  #statGeneral(name: string, value: string): void {
    const number = parseNumber(value);
    if (number === undefined) {
      this.#texts.set(name, value);
      return;
    }
    this.#previous = this.#learn(this.#vocabulary.general, this.#previous, name);
    store(this.#general, this.#previous, number);
  }

  #statInClass(slabClass: number, field: string, value: string): void {
    const number = parseNumber(value);
    if (number === undefined) return;
    if (slabClass !== this.#class) this.#enter(slabClass);
    this.#previousInClass = this.#learn(this.#vocabulary.slabClass, this.#previousInClass, field);
    store(this.#row, this.#previousInClass, number);
  }

  #learn(names: Names, previous: number, name: string): number {
    const column = names.learn(previous, name);
    if (column < 0) this.#foreign("too many names of statistics");
    return column;
  }

  #error(line: string): void {
    if (this.#ended === 0) this.#verdict = { kind: "refused", line };
    else this.#endPart();
  }

  #endPart(): void {
    this.#ended++;
    this.#part = this.#parts[this.#ended];
    this.#class = -1;
    this.#previousInClass = -1;
    if (this.#part !== undefined || this.#verdict !== undefined) return;
    this.#verdict = this.#read();
  }

  #read(): Verdict {
    const reading = {
      general: this.#general,
      texts: this.#texts,
      classes: this.#classes,
      settings: this.#settings,
    };
    return { kind: "read", reading };
  }

  #foreign(found: string): true {
    this.#verdict = { kind: "foreign", found };
    return true;
  }
}

function store(row: Row, column: number, number: number | bigint): void {
  if (column < 0) return;
  if (typeof number === "bigint") row.setLarge(column, number);
  else row.set(column, number);
}
