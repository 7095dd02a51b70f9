import type { Discovery, Item, ValueType } from "./item.ts";
import type { StateWords } from "./states.ts";

// What a Zabbix administrator sees, as data: sources declare it beside their items, the catalog renders templates of it.
// Items are named by their declarations, never by key texts.

/** Templates by the word that parts name them with. */
export const TEMPLATE_NAMES = {
  memcached: "Tidemark memcached",
  services: "Tidemark services",
  "log queues": "Tidemark log queues",
  neighbours: "Tidemark neighbours",
  self: "Tidemark",
} as const;

export type TemplateName = keyof typeof TEMPLATE_NAMES;

/** Values of the tag "target" that all of a template's problems have. */
export const TARGET_TAGS: Readonly<Record<TemplateName, string>> = {
  memcached: "memcached",
  services: "services",
  "log queues": "log queues",
  neighbours: "neighbours",
  self: "tidemark",
};

/** What their dashboards are called among those of a host; that of the whole host is to be the first. */
export const DASHBOARD_NAMES: Readonly<Record<TemplateName, string>> = {
  self: "Host overview",
  "log queues": "Log queues",
  memcached: "Memcached",
  neighbours: "Neighbours",
  services: "Services",
};

/** A user macro. `value` is its default; inside a discovery it may have a context, the target's name. */
export interface Macro {
  /** Without braces and dollar: "MEMCACHED.TTL.MIN". */
  readonly macro: string;
  readonly value: string;
  readonly doc: string;
  /** LLD macro that is its context instead of the target's first: "FUNCTION". */
  readonly context?: string;
}

/** One item of a template: a call of a declared item whose value is cut out of the master's JSON by the server. */
export interface Figure {
  readonly item: Item;
  /** Parameter texts behind the target's name; LLD macros such as `{#CHUNK}` are allowed. */
  readonly params: readonly string[];
  /** JSONPath in the master without `$`: `.hit_ratio.get['15m']`. */
  readonly path: string;
  /** Name without the target; begins with a capital. */
  readonly name: string;
  /** The item's own, or what this one call of it gives. */
  readonly type: ValueType;
  readonly units: string;
  /**
   * When the master has it: always (state, error and their like), while its sample is fresh, or then, too, not always,
   * since there may rightly be no value. What is not there is not stored; it is no error.
   */
  readonly known: "always" | "fresh" | "sometimes";
  /** An unchanged value is stored only this often ("10m"); undefined: each is. */
  readonly heartbeat: string | undefined;
  readonly states: StateWords<string> | undefined;
}

type Optional = "params" | "name" | "type" | "units" | "known" | "heartbeat" | "states";

/** A figure; `name`, `type` and `units` default to the item's own. */
export function figureOf(declared: Omit<Figure, Optional> & Partial<Pick<Figure, Optional>>): Figure {
  return {
    params: [],
    name: declared.item.name,
    type: declared.item.type,
    units: declared.item.units,
    known: "fresh",
    heartbeat: undefined,
    states: undefined,
    ...declared,
  };
}

/** Text with figures and macros in it. In an expression a figure is `/template/key`, in an event's name its value. */
export interface Phrase {
  readonly pieces: readonly (string | Figure | Macro)[];
}

/** `` phrase`min(${state},#2)=3` ``; a phrase may be part of another. */
export function phrase(
  texts: TemplateStringsArray,
  ...inserted: readonly (string | Figure | Macro | Phrase)[]
): Phrase {
  return { pieces: texts.flatMap((text, index) => [text, ...inserted.slice(index, index + 1).flatMap(piecesOf)]) };
}

function piecesOf(inserted: string | Figure | Macro | Phrase): Phrase["pieces"] {
  return typeof inserted === "object" && "pieces" in inserted ? inserted.pieces : [inserted];
}

export type Priority = "INFO" | "WARNING" | "AVERAGE" | "HIGH";

export interface Trigger {
  /** Says what is wrong, without the target: "Memcached hangs". Unique in its template. */
  readonly name: string;
  /**
   * Like `name`, with live figures of the expression. A server takes the values of one sample one after the other: when the
   * first of them makes the expression true, the others may still be of the sample before, unless it says otherwise.
   */
  readonly event: Phrase;
  readonly priority: Priority;
  readonly scope: "availability" | "performance" | "capacity" | "notice" | "security";
  readonly expression: Phrase;
  /** When the problem ends, once the expression is false, too. One of its ways rests on figures that always have a value. */
  readonly recovery: Phrase;
  /** What it means and what to do. */
  readonly doc: string;
  /** No problem of this trigger while one of those is there. */
  readonly after: readonly Trigger[];
  /** Information that nobody has to wait for: it may be closed by hand. */
  readonly closable: boolean;
}

type OptionalOfTrigger = "after" | "closable";

export type TriggerDeclared = Omit<Trigger, OptionalOfTrigger> & Partial<Pick<Trigger, OptionalOfTrigger>>;

export function triggerOf(declared: TriggerDeclared): Trigger {
  return { after: [], closable: false, ...declared };
}

export interface Graph {
  /** Without the target. Unique in its template. */
  readonly name: string;
  readonly lines: readonly Figure[];
  /** Its figures are the host's, not those of a discovered target. */
  readonly ofHost?: true;
  /** Filled areas on top of each other instead of lines. */
  readonly stacked?: true;
  /** These belong to the right axis. */
  readonly right?: readonly Figure[];
}

/** The item whose JSON all figures of a group are cut out of. It is not stored. */
export interface Master {
  readonly item: Item;
  /** Update interval instead of the item's own. */
  readonly delay?: string;
  /** One for the whole host instead of one per discovered target: it has an object with a field for each target. */
  readonly once?: true;
  /** Where that object is: ".outbox"; absent: the JSON itself. */
  readonly at?: string;
}

/** What the server finds by one discovery rule, or (`discovery` undefined) what every host has. */
export interface Group {
  readonly discovery: Discovery | undefined;
  /** Key parameters of the discovery rule; user macros are allowed. */
  readonly discoveryParams?: readonly string[];
  /** LLD macros whose values are the first key parameters of its items: ["INSTANCE"]. They name the target, too. */
  readonly target: readonly string[];
  /** LLD macros that a filter of two user macros decides on, with the user macros' prefix: { INSTANCE: "MEMCACHED.INSTANCE" }. */
  readonly filters: Readonly<Record<string, string>>;
  readonly master: Master;
  readonly figures: readonly Figure[];
  readonly triggers: readonly Trigger[];
  readonly graphs: readonly Graph[];
  /** Value of the item tag "component". */
  readonly component: string;
}

/** What a place of a dashboard shows. */
export type Widget =
  /**
   * Lines of all targets in one graph; 6.0 cannot do that and shows the whole graph, once for each target. `only`: nothing
   * to see for the other flavour.
   */
  | {
      readonly kind: "lines";
      readonly graph: Graph;
      readonly figures?: readonly Figure[];
      readonly title?: string;
      readonly only?: "active";
    }
  /** The newest value, large. */
  | { readonly kind: "value"; readonly figure: Figure }
  /** The newest texts, below each other. */
  | { readonly kind: "text"; readonly figure: Figure }
  /** One cell per target, coloured by its number; in 6.0, which has no such widget, a graph for each. */
  | { readonly kind: "cells"; readonly figure: Figure; readonly colours: Readonly<Record<number, string>> }
  /** The host's problems, or those of this template's triggers only; 6.0 has no such widget. */
  | { readonly kind: "problems"; readonly of: TemplateName | "host" };

/** Widgets side by side, which fill the width; `widths` are their parts of it, all the same where nothing is said. */
export interface Row {
  /** In steps of about 70 pixels; a screen of 1920 x 1080 shows 12 of them. */
  readonly height: number;
  readonly widgets: readonly Widget[];
  readonly widths?: readonly number[];
}

/** What is needed first stands first. */
export interface Page {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** What a source brings to one template. */
export interface TemplateParts {
  readonly template: TemplateName;
  readonly macros: readonly Macro[];
  readonly groups: readonly Group[];
  readonly pages: readonly Page[];
}
