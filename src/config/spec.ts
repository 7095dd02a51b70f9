import type { Parsed } from "../ring/answer.ts";

/** How one directive's text becomes a value. `syntax` is shown in errors and in the documentation: "integer 1-30". */
export interface Kind<T> {
  readonly syntax: string;
  /** A reason says what is wrong with the text ("too large"); the message adds directive, text and syntax. */
  parse(text: string): Parsed<T>;
  /** A value as `parse` takes it, for the default in sample files. Absent: `String(value)`. */
  format?(value: T): string;
  /** Makes one value of two lines. Absent: the directive may stand only once. */
  join?(before: T, next: T): T;
  /** What must hold outside the configuration, such as a readable file; a lower-case fragment when it does not. */
  verify?(value: T, files: Files): string | undefined;
}

/** One directive. `fallback` is the value when the file does not name it. */
export interface Directive<T> {
  readonly kind: Kind<T>;
  readonly fallback: T;
  /** One sentence. Generated pages and sample files show it. */
  readonly doc: string;
}

/** Declares a directive; its value type comes from the kind alone. */
export function directive<T>(declared: {
  readonly kind: Kind<T>;
  readonly fallback: NoInfer<T>;
  readonly doc: string;
}): Directive<T> {
  return declared;
}

/** Directives by their name as it stands in the file: `{ ListenPort: ..., Timeout: ... }`. */
// biome-ignore lint/suspicious/noExplicitAny: the value types differ per directive; `Values` recovers them.
export type Directives = Readonly<Record<string, Directive<any>>>;

export type Values<D extends Directives> = {
  readonly [Name in keyof D]: D[Name] extends Directive<infer T> ? T : never;
};

/**
 * The directives of one source: `<prefix>.<Directive>` for the source as a whole and
 * `<prefix>.<name>.<Directive>` for each named target.
 */
export interface SectionSpec<G extends Directives = Directives, N extends Directives = Directives> {
  readonly prefix: string;
  readonly general: G;
  readonly named: N;
  /** Checks that need more than one directive; lower-case fragment, undefined when all is well. */
  check?(name: string, values: Values<N>): string | undefined;
}

/** What the file says for one section; targets in the order in which they are first named. */
export interface Section<G extends Directives = Directives, N extends Directives = Directives> {
  readonly general: Values<G>;
  readonly named: ReadonlyMap<string, Values<N>>;
}

/** The files that a configuration may name. Reasons are lower-case fragments: "no such file or directory". */
export interface Files {
  /** The bytes of a regular file. */
  read(path: string): Parsed<Uint8Array>;
  /** The permission bits of a file: 0o640. */
  mode(path: string): Parsed<number>;
  /** The names in a directory. */
  list(path: string): Parsed<readonly string[]>;
}
