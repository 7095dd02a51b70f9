import type { Parsed } from "../ring/answer.ts";

/** How one directive's text becomes a value. `syntax` is shown in errors and in the documentation: "integer 1-30". */
export interface Kind<T> {
  readonly syntax: string;
  parse(text: string): Parsed<T>;
}

/** One directive. `fallback` is the value when the file does not name it. */
export interface Directive<T> {
  readonly kind: Kind<T>;
  readonly fallback: T;
  /** One sentence. Generated pages and sample files show it. */
  readonly doc: string;
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

/** What the file says for one section. `where`: "file:line" of the first directive of each name, for error texts. */
export interface Section<G extends Directives = Directives, N extends Directives = Directives> {
  readonly general: Values<G>;
  readonly named: ReadonlyMap<string, Values<N>>;
}
