import type { Io } from "../../io/io.ts";
import { type BytePath, type OpenFile, pathText, type Reached } from "../../io/local-files.ts";
import { type DeniedPath, deniedFinding } from "../../io/permission.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import { BackEnds } from "./back-ends.ts";

/** Read at one look. Of more than that between two looks only the end is read. */
const MOST_BYTES = 2 ** 18;
const LONGEST_LINE = 2 ** 14;

type Failed = Extract<Reached<unknown>, { kind: "failed" }>;

interface Followed {
  readonly file: OpenFile;
  readonly identity: string;
  offset: number;
  /** The line that has not ended yet; undefined: it is left out, since its beginning is missing or it is too long. */
  rest: string | undefined;
}

/** Follows an error log across rotations: a renamed file is read to its end, one that was cut short from its start. */
export class ErrorLog {
  readonly #io: Io;
  readonly #path: BytePath;
  readonly #backEnds = new BackEnds();
  #followed: Followed | undefined;
  #finding: DeniedPath | undefined;

  constructor(io: Io, path: BytePath) {
    this.#io = io;
    this.#path = path;
  }

  /** What a person can mend, found at the newest look. */
  get finding(): DeniedPath | undefined {
    return this.#finding;
  }

  /**
   * Names of the back ends that were marked down since the look before, or still are; those of the first look still
   * are. Malformed: they are not known, and why.
   */
  look(): Parsed<readonly string[]> {
    this.#finding = undefined;
    const failed = this.#followed === undefined ? this.#begin() : this.#follow(this.#followed);
    return failed === undefined ? ok(this.#backEnds.take()) : this.#missed(failed);
  }

  close(): void {
    this.#followed?.file.close();
    this.#followed = undefined;
  }

  /** What is down is known from the end of what was written before. */
  #begin(): Failed | undefined {
    const failed = this.#open() ?? this.#read();
    this.#backEnds.take();
    return failed;
  }

  /** While the name leads nowhere, the renamed file is written on. */
  #follow({ identity }: Followed): Failed | undefined {
    const failed = this.#read();
    if (failed !== undefined) return failed;
    const facts = this.#io.files.facts(this.#path);
    if (facts.kind === "failed") return facts.code === "ENOENT" ? undefined : facts;
    if (facts.value.identity === identity) return undefined;
    this.close();
    return this.#open() ?? this.#read();
  }

  #open(): Failed | undefined {
    const file = this.#io.files.open(this.#path);
    if (file.kind === "failed") return file;
    const facts = file.value.facts();
    if (facts.kind === "failed") return facts;
    this.#followed = { file: file.value, identity: facts.value.identity, offset: 0, rest: "" };
    return undefined;
  }

  /** What was written since, or the end of it. */
  #read(): Failed | undefined {
    const followed = this.#followed;
    if (followed === undefined) return undefined;
    const facts = followed.file.facts();
    if (facts.kind === "failed") return facts;
    this.#place(followed, facts.value.size);
    const piece = followed.file.readAt(followed.offset, MOST_BYTES);
    if (piece.kind === "failed") return piece;
    followed.offset += piece.value.length;
    this.#lines(followed, piece.value.toString("latin1"));
    return undefined;
  }

  #place(followed: Followed, size: number): void {
    if (size < followed.offset) {
      followed.offset = 0;
      followed.rest = "";
    }
    if (size - followed.offset <= MOST_BYTES) return;
    followed.offset = size - MOST_BYTES;
    followed.rest = undefined;
    this.#backEnds.gap();
  }

  #lines(followed: Followed, piece: string): void {
    const lines = ((followed.rest ?? "") + piece).split("\n");
    const last = lines.pop() ?? "";
    const whole = followed.rest === undefined ? lines.slice(1) : lines;
    for (const line of whole) this.#backEnds.line(line);
    const isCut = followed.rest === undefined && lines.length === 0;
    followed.rest = isCut || last.length > LONGEST_LINE ? undefined : last;
  }

  #missed({ code, reason }: Failed): Parsed<never> {
    this.close();
    this.#backEnds.gap();
    if (code === "EACCES") this.#finding = deniedFinding(this.#io, this.#path, "file");
    const mend = this.#finding === undefined ? "" : `; mend: ${this.#finding.mend}`;
    return malformed(`cannot read "${pathText(this.#path)}": ${this.#finding?.found ?? reason}${mend}`);
  }
}
