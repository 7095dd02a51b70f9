import type { Reader } from "../../io/connection.ts";
import { excerpt } from "../../words/excerpt.ts";

// The admin text protocol of gearmand on its normal port; docs: gearmand's PROTOCOL, "Administrative Protocol".
//
//   request  := "status" LF "version" LF "getpid" LF
//   reply    := function* "." LF version pid
//   function := name TAB total TAB running TAB workers LF     ; name: any bytes, also TAB and LF
//   version  := ["OK "] text LF                               ; without "OK" from servers older than 1.0
//   pid      := ["OK "] digits LF | "ERR" text CR LF          ; ERR from servers that do not know getpid

export const REQUEST = "status\nversion\ngetpid\n";

/** Tens of thousands of functions. */
const MOST_BYTES = 2 ** 20;
const LONGEST_LINE = 8192;
/** Bytes of a function's name, all of which may be line feeds. */
const LONGEST_NAME = 512;
const FIGURES = /\t(\d{1,10})\t(\d{1,10})\t(\d{1,10})\r?$/;
const PID = /^(?:OK )?(\d{1,10})$/;

/** Jobs and workers of one function, or of several together. */
export interface Load {
  readonly waiting: number;
  readonly running: number;
  readonly workers: number;
}

/** A whole reply. `functions`: by name, whose characters are its bytes; `stuck`: those with jobs and without a worker. */
export interface Reading {
  readonly functions: ReadonlyMap<string, Load>;
  readonly all: Load;
  readonly stuck: number;
  readonly version: string | undefined;
  readonly pid: number | undefined;
}

/** foreign: this is no reply of gearmand; `found` says what it is, in quotes or words. */
export type Verdict =
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "foreign"; readonly found: string };

const NOTHING: Load = { waiting: 0, running: 0, workers: 0 };

/** Reads the replies to `REQUEST`. */
export class StatusReader implements Reader {
  readonly #functions = new Map<string, Load>();
  #all = NOTHING;
  #stuck = 0;
  /** The line that has not ended yet. */
  #rest = "";
  /** Lines that are no function: the beginning of a name with a line feed in it, or the end of the reply. */
  #pieces: string[] = [];
  #received = 0;
  #verdict: Verdict | undefined;

  /** Bytes that came. */
  get received(): number {
    return this.#received;
  }

  /** Undefined: the reply is not whole. One that does not even begin like a function is foreign at once. */
  get verdict(): Verdict | undefined {
    const [first] = this.#pieces;
    const begun = this.#functions.size > 0 || first === "." || first === undefined;
    return this.#verdict ?? (begun ? undefined : { kind: "foreign", found: excerpt(first) });
  }

  feed(chunk: Uint8Array): boolean {
    if (chunk[0] === 0 && this.#received === 0) return this.#foreign("a packet of the binary protocol");
    this.#received += chunk.length;
    if (this.#received > MOST_BYTES) return this.#foreign(`more than ${MOST_BYTES} bytes without an end`);
    const lines = (this.#rest + Buffer.from(chunk).toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      this.#line(line);
      if (this.#verdict !== undefined) return true;
    }
    return this.#rest.length > LONGEST_LINE ? this.#foreign(`a line of more than ${LONGEST_LINE} bytes`) : false;
  }

  #line(line: string): void {
    const [ending, total, running, workers] = FIGURES.exec(line) ?? [];
    if (ending !== undefined) {
      const last = line.slice(0, -ending.length);
      const name = this.#pieces.length === 0 ? last : [...this.#pieces.splice(0), last].join("\n");
      this.#function(name, Number(total), { running: Number(running), workers: Number(workers) });
    } else if (line.split("\t").length > 3) this.#foreign(`a line ${excerpt(line)}`);
    else this.#piece(line);
  }

  #function(name: string, total: number, { running, workers }: Omit<Load, "waiting">): void {
    if (running > total) {
      this.#foreign(`${running} running of ${total} jobs of ${excerpt(name)}`);
      return;
    }
    const load = { waiting: total - running, running, workers };
    const before = this.#functions.get(name);
    this.#functions.set(name, before === undefined ? load : sum(before, load));
    this.#all = sum(this.#all, load);
    if (total > 0 && workers === 0) this.#stuck++;
  }

  #piece(line: string): void {
    this.#pieces.push(line);
    if (this.#pieces.length === 1 && /^ERR\b/.test(line)) this.#foreign(excerpt(line.trimEnd()));
    const [dot, version = "", pid = ""] = this.#pieces.slice(-3).map((piece) => piece.trimEnd());
    if (this.#pieces.length > LONGEST_NAME + 1) this.#foreign(`${this.#pieces.length} lines that are no function`);
    else if (dot === "." && (PID.test(pid) || pid.startsWith("ERR"))) this.#end(version, pid);
  }

  /** What stands before the dot belongs to no function. */
  #end(version: string, pid: string): void {
    const [stray] = this.#pieces.slice(0, -3);
    if (stray !== undefined) {
      this.#foreign(`a line ${excerpt(stray)}`);
      return;
    }
    const reading = {
      functions: this.#functions,
      all: this.#all,
      stuck: this.#stuck,
      version: version.startsWith("ERR") ? undefined : version.replace(/^OK /, ""),
      pid: PID.test(pid) ? Number(PID.exec(pid)?.[1]) : undefined,
    };
    this.#verdict = { kind: "read", reading };
  }

  #foreign(found: string): true {
    this.#verdict = { kind: "foreign", found };
    return true;
  }
}

function sum(one: Load, other: Load): Load {
  return {
    waiting: one.waiting + other.waiting,
    running: one.running + other.running,
    workers: one.workers + other.workers,
  };
}
