import type { Answer, Parsed } from "../ring/answer.ts";
import type { Moment, View } from "../ring/moment.ts";
import type { Labels, Stamp } from "../ring/sample.ts";

/** Zabbix's value types, and json for masters and discovery (stored as text). */
export type ValueType = "float" | "unsigned" | "char" | "text" | "json";

/** What an item's value function may answer with; the registry makes text of it. */
export type Scalar = string | number | bigint;

/** What a parameter is parsed against. */
export interface ParamContext {
  /** Seconds of one slot. */
  readonly step: number;
  /** Slots of the ring. */
  readonly slots: number;
}

/**
 * One item-key parameter. An absent or empty parameter is `fallback` parsed like any other text;
 * without a fallback it is required.
 */
export interface Param<T> {
  readonly doc: string;
  readonly fallback: string | undefined;
  parse(text: string, context: ParamContext): Parsed<T>;
}

/** Parameters by name, in the order of the key. */
// biome-ignore lint/suspicious/noExplicitAny: the value types differ per parameter; `Args` recovers them.
export type Params = Readonly<Record<string, Param<any>>>;

export type Args<P extends Params> = {
  readonly [Name in keyof P]: P[Name] extends Param<infer T> ? T : never;
};

interface Declared {
  /** `[A-Za-z0-9._-]`, without brackets. */
  readonly key: string;
  readonly params: Params;
  readonly type: ValueType;
  /** Zabbix units: "", "%", "s", "B", "Bps", "rps", "uptime", "unixtime". */
  readonly units: string;
  readonly name: string;
  /** One or two sentences: meaning, and when there is none. */
  readonly doc: string;
  /** Recommended update interval, Zabbix suffix syntax. */
  readonly delay: string;
  /**
   * native: a key that agent 2 owns, answered only where tidemark is the agent itself, never registered with an agent;
   * legacy: a key of the old hand-made checks, registered by a file of its own.
   */
  readonly family?: "native" | "legacy";
}

/**
 * An item about one target of a source. Its key's first parameter is the target's short name (empty: the default
 * target); the registry looks it up, and with `freshness: "sample"` refuses to answer from an old sample.
 */
export interface TargetItem<P extends Params = Params> extends Declared {
  readonly scope: "target";
  readonly source: string;
  readonly params: P;
  /** "always" for state, age and master items: a failure is their value. */
  readonly freshness: "sample" | "always";
  /** Parameter texts, after the target, of the calls that print, value files and templates use. */
  standard(view: View): readonly (readonly string[])[];
  /** `now`: the present for `ring.now()`, the slot's own instant in the past; only ages and masters look at it. */
  value(view: View, args: Args<P>, now: Stamp): Answer<Scalar>;
}

/** An item about the whole: discovery, pools, tidemark itself. */
export interface MomentItem<P extends Params = Params> extends Declared {
  readonly scope: "moment";
  readonly params: P;
  /** Parameters beyond the declared ones are ignored, as an old script did, instead of refused. */
  readonly ignoresMore?: true;
  standard(moment: Moment): readonly (readonly string[])[];
  /** `now` as for target items: by it a pool leaves out members whose newest sample is old. */
  value(moment: Moment, args: Args<P>, now: Stamp): Answer<Scalar>;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of items mixes parameter types; each was checked where it was declared.
export type Item = TargetItem<any> | MomentItem<any>;

/** Low-level discovery of a source's targets, or of their parts. `macros` name what each row has. */
export interface Discovery {
  readonly item: Item;
  readonly macros: readonly { readonly name: string; readonly doc: string }[];
}

/** One LLD row: macro names without braces and hash. */
export type Row = Labels;

/** Declares an item about one target; infers the parameter types. */
export function targetItem<P extends Params>(declared: Omit<TargetItem<P>, "scope">): TargetItem<P> {
  return { scope: "target", ...declared };
}

/** Declares an item about the whole; infers the parameter types. */
export function momentItem<P extends Params>(declared: Omit<MomentItem<P>, "scope">): MomentItem<P> {
  return { scope: "moment", ...declared };
}
