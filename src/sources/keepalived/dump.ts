import type { Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import { timeText } from "../../words/time.ts";
import { type Dumped, isJson, parseDataFile } from "./data-file.ts";

/** More than keepalived writes of hundreds of instances. */
const MOST_BYTES = 2 ** 19;
/** keepalived writes it in place: one so young may not be whole yet. JSON shows that itself, text does not. */
const SETTLED_SECONDS = 1;

/** A data file as it was when it was read whole. `age`: seconds since it was written. */
export interface Dump {
  readonly age: number;
  readonly instances: ReadonlyMap<string, Dumped>;
}

interface Read {
  readonly modified: number;
  readonly instances: ReadonlyMap<string, Dumped>;
}

/** The file into which keepalived writes its state when somebody tells it to. */
export class DumpFile {
  readonly #io: Io;
  readonly path: BytePath;
  readonly #mostSeconds: number;
  #read: Read | undefined;
  #failure: Failure | undefined;

  constructor(io: Io, path: BytePath, mostSeconds: number) {
    this.#io = io;
    this.path = path;
    this.#mostSeconds = mostSeconds;
  }

  /** Why it says nothing now; undefined while it does. */
  get failure(): string | undefined {
    return this.#failure === undefined ? undefined : `cannot use "${pathText(this.path)}": ${this.#failure.reason}`;
  }

  /** The system's code of the failure: "EACCES"; "": none of the system. */
  get code(): string {
    return this.#failure?.code ?? "";
  }

  /** Undefined: there is none, or it is too old to be believed. */
  look(): Dump | undefined {
    this.#failure = this.#refresh();
    // what was read before is of no use then
    if (this.#failure !== undefined) this.#read = undefined;
    if (this.#read === undefined) return undefined;
    const { modified, instances } = this.#read;
    const age = Math.abs(this.#io.now().clock - modified);
    if (age <= this.#mostSeconds) return { age, instances };
    this.#failure = failed(`it was written ${timeText(modified)}, and is believed for ${this.#mostSeconds} s`);
    return undefined;
  }

  #refresh(): Failure | undefined {
    const facts = this.#io.files.facts(this.path);
    if (facts.kind === "failed") return facts;
    const { kind, modified, size } = facts.value;
    if (kind !== "file") return failed(`it is a ${kind}, no regular file`);
    if (size > MOST_BYTES) return failed(`it has ${size} bytes, more than ${MOST_BYTES}`);
    return this.#read?.modified === modified ? undefined : this.#parse(this.#io.now().clock - modified);
  }

  /** Also undefined, and nothing is read, while it is still being written. */
  #parse(age: number): Failure | undefined {
    const file = this.#io.files.read(this.path, MOST_BYTES);
    if (file.kind === "failed") return file;
    const text = file.value.bytes.toString("utf8");
    const parsed = parseDataFile(text);
    const isWhole = parsed.kind === "ok" && isJson(text);
    if (!isWhole && Math.abs(age) < SETTLED_SECONDS) return undefined;
    if (parsed.kind === "malformed") return failed(parsed.reason);
    const instances = new Map(parsed.value.map((dumped) => [dumped.name, dumped]));
    this.#read = { modified: file.value.modified, instances };
    return undefined;
  }
}

interface Failure {
  readonly code: string;
  readonly reason: string;
}

function failed(reason: string): Failure {
  return { code: "", reason };
}
