import { type Answer, unknown } from "../ring/answer.ts";
import type { Moment, View } from "../ring/moment.ts";
import type { Ring } from "../ring/ring.ts";
import type { Labels, Stamp } from "../ring/sample.ts";
import { errorText } from "../words/error-text.ts";
import { nearest } from "../words/nearest.ts";
import { sentence } from "../words/sentence.ts";
import type { Access } from "../zabbix/access.ts";
import { formatKey, parseKey } from "../zabbix/key.ts";
import { parseArguments } from "./arguments.ts";
import { freshSeconds, silentReason, staleReason } from "./freshness.ts";
import type { Item, Scalar, TargetItem } from "./item.ts";
import { scalarText } from "./number-text.ts";

/** What the transports are told. `clock`: when the value was taken; `reason`: a finished sentence. */
export type Reply =
  | { readonly kind: "value"; readonly text: string; readonly clock: number }
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** `until`: the monotonic second to which the reply holds as long as the registry's generation stays; 0: do not keep it. */
export type Answered = Reply & { readonly until: number };

/** The standard calls of one item: of a target item those for one target, else all of them. */
export interface Standard {
  readonly item: Item;
  /** Undefined for an item about the whole. */
  readonly target: string | undefined;
  /** Whether the same calls without a target's name mean this target. */
  readonly isDefault: boolean;
  /** Parameter texts of each call, without the target's name. */
  readonly params: readonly (readonly string[])[];
}

/** One standard call of an item, with its key as Zabbix would ask it. */
export interface Call {
  readonly key: string;
  readonly item: Item;
}

export interface RegistryOptions {
  readonly items: readonly Item[];
  readonly ring: Pick<Ring, "now" | "asOf" | "generation">;
  readonly now: () => Stamp;
  /** Resolves `Alias`; identity when there is none. */
  readonly alias: (key: string) => string;
  readonly access: Access;
  /** By source: the target that is meant when a key names none. */
  readonly defaultTarget: (source: string, targets: ReadonlyMap<string, Labels>) => string | undefined;
}

/** Answers that look at the present, such as ages, are kept this long; it is their unit. */
const PRESENT_SECONDS = 1;
const MOST_REMEMBERED = 4096;
/** Zabbix's own limit for keys. Longer ones are answered but not remembered: they could fill hundreds of megabytes. */
const LONGEST_REMEMBERED = 2048;

/** Knows every item key; answers for all transports alike, from memory. */
export class Registry {
  #options: RegistryOptions;
  #applied = 0;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #families: ReadonlySet<string>;
  readonly #remembered = new Map<string, Answered>();
  #rememberedGeneration = -1;
  /** Keys as they were understood: the same ones are asked each tick. */
  readonly #understood = new Map<string, Understood>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#items = new Map(options.items.map((item) => [item.key, item]));
    this.#families = new Set(options.items.map((item) => familyOf(item.key)));
  }

  /** Takes other aliases and access rules from the next question on. */
  apply({ alias, access }: Pick<RegistryOptions, "alias" | "access">): void {
    this.#options = { ...this.#options, alias, access };
    this.#remembered.clear();
    this.#understood.clear();
    this.#applied++;
  }

  /** Changes whenever any answer may have changed. */
  get generation(): number {
    return this.#options.ring.generation + this.#applied;
  }

  /** Answers one key as it was asked: at the present, from the newest samples. */
  ask(key: string): Answered {
    const now = this.#options.now();
    if (this.#rememberedGeneration !== this.generation) {
      this.#remembered.clear();
      this.#rememberedGeneration = this.generation;
    }
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until >= now.mono) return known;
    const answered = this.#resolve(key, this.#options.ring.now(), now);
    if (answered.until > now.mono && this.#remembered.size < MOST_REMEMBERED && key.length <= LONGEST_REMEMBERED)
      this.#remembered.set(key, answered);
    return answered;
  }

  /**
   * Answers one key as it would have been answered when a slot was closed, with none when there was nothing new then:
   * no sample since `since` (slots).
   */
  askAt(key: string, { slot, since, stamp }: PastQuestion): Reply {
    return this.#resolve(key, this.#options.ring.asOf(slot), stamp, since);
  }

  /** Whether a key, known or not, begins like one of ours: "memcached." does. */
  isOurs(key: string): boolean {
    return this.#families.has(familyOf(this.#options.alias(key)));
  }

  /**
   * Every item's standard calls for the targets that are there now, in the order of declaration; made one by one, since
   * a thousand targets have half a million.
   * @param items some of them, or another order
   */
  *calls(items: readonly Item[] = this.#options.items): Generator<Call> {
    for (const standard of this.standards(items)) {
      for (const params of standard.params) yield { key: keyOf(standard, params), item: standard.item };
    }
  }

  /** The same in groups. */
  *standards(items: readonly Item[] = this.#options.items): Generator<Standard> {
    const moment = this.#options.ring.now();
    for (const item of items) {
      if (item.scope === "target") yield* this.#targetStandards(item, moment);
      else yield { item, target: undefined, isDefault: false, params: item.standard(moment) };
    }
  }

  *#targetStandards(item: TargetItem, moment: Moment): Generator<Standard> {
    const roster = moment.targets(item.source);
    if (roster.kind !== "value") return;
    const meant = this.#options.defaultTarget(item.source, roster.value);
    for (const target of roster.value.keys()) {
      const view = moment.view(item.source, target);
      if (view.kind !== "value") continue;
      yield { item, target, isDefault: target === meant, params: item.standard(view.value) };
    }
  }

  /** @param since samples up to this slot are no news; undefined: whatever is fresh is answered */
  #resolve(asked: string, moment: Moment, now: Stamp, since?: number): Answered {
    const understood = this.#understand(asked, moment);
    if (understood.kind === "refused") return understood.answer;
    const { item, target, args } = understood;
    if (item.scope === "target") return this.#askTarget(item, { target, args, moment, now, since });
    const reply = replyOf(() => item.value(moment, args, now), item, now);
    return { ...reply, until: now.mono + PRESENT_SECONDS };
  }

  /** What a key means does not depend on the samples: only on the ring's size, aliases and access rules. */
  #understand(asked: string, moment: Moment): Understood {
    const known = this.#understood.get(asked);
    if (known !== undefined) return known;
    const understood = this.#parse(asked, moment);
    if (understood.kind === "refused" || asked.length > LONGEST_REMEMBERED) return understood;
    if (this.#understood.size >= MOST_REMEMBERED) this.#understood.clear();
    this.#understood.set(asked, understood);
    return understood;
  }

  #parse(asked: string, moment: Moment): Understood {
    const key = parseKey(this.#options.alias(asked));
    if (key.kind === "malformed") return refusal("Invalid item key format.");
    const item = this.#options.access.allows(key.value) ? this.#items.get(key.value.name) : undefined;
    if (item === undefined) return refusal(this.#notThere(key.value.name));
    const parsed = parseArguments(item, key.value.params, moment);
    return parsed.kind === "malformed" ? refusal(parsed.reason) : { kind: "question", item, ...parsed.value };
  }

  #askTarget(item: TargetItem, { target, args, moment, now, since }: Question): Answered {
    const view = this.#view(item.source, target, moment);
    if (view.kind !== "value") return refused(view.reason, 0);
    const always = item.freshness === "always";
    const reason = always ? silentReason(view.value, now) : staleReason(view.value, now);
    if (reason !== undefined) return refused(reason, 0);
    if (since !== undefined && !isNews(item, view.value, since)) return NO_NEWS;
    const stamp = (always ? view.value.attempt?.stamp : view.value.good) ?? now;
    const present = since === undefined ? now : laterOf(now, stamp); // a slot is stamped before its samples are taken
    const reply = replyOf(() => item.value(view.value, args, present), item, stamp);
    return { ...reply, until: always ? now.mono + PRESENT_SECONDS : stamp.mono + freshSeconds(moment.step) };
  }

  #view(source: string, target: string, moment: Moment): Answer<View> {
    if (target !== "") return moment.view(source, target);
    const roster = moment.targets(source);
    if (roster.kind !== "value") return roster;
    const name = this.#options.defaultTarget(source, roster.value);
    if (name === undefined) return unknown(`no ${source} target was found or configured`);
    return moment.view(source, name);
  }

  /** The same for an unknown key and a denied one, on purpose; only allowed names are hinted at. */
  #notThere(name: string): string {
    const bare = (key: string) => this.#options.access.allows({ name: key, hasBrackets: false, params: [] });
    const hint = nearest(name, [...this.#items.keys()].filter(bare));
    const meant = hint === undefined || hint === name ? "" : `; did you mean "${hint}"?`;
    return `unsupported item key "${name}"${meant}`;
  }
}

/** A key that was parsed: a question to an item, or why it is none. */
type Understood =
  | {
      readonly kind: "question";
      readonly item: Item;
      readonly target: string;
      readonly args: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "refused"; readonly answer: Answered };

function refusal(reason: string): Understood {
  return { kind: "refused", answer: refused(reason, Infinity) };
}

interface Question {
  readonly target: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly moment: Moment;
  readonly now: Stamp;
  readonly since: number | undefined;
}

/** A question about a closed slot. `stamp`: when it was sampled. */
export interface PastQuestion {
  readonly slot: number;
  readonly since: number;
  readonly stamp: Stamp;
}

const NO_NEWS: Answered = { kind: "none", reason: "No new sample.", until: 0 };

/** A failed attempt is news for items of which it is the value. */
function isNews(item: TargetItem, view: View, since: number): boolean {
  return (item.freshness === "always" ? view.attempted : view.slot) > since;
}

function laterOf(a: Stamp, b: Stamp): Stamp {
  return b.clock > a.clock ? b : a;
}

function familyOf(key: string): string {
  return /^[^.[]*/.exec(key)?.[0] ?? "";
}

function refused(reason: string, until: number): Answered {
  return { kind: "unknown", reason: sentence(reason), until };
}

function replyOf(evaluate: () => Answer<Scalar>, item: Item, stamp: Stamp): Reply {
  const answer = guarded(evaluate);
  if (answer.kind !== "value") return { kind: answer.kind, reason: sentence(answer.reason) };
  const text = scalarText(answer.value, item.type);
  if (text === undefined) return { kind: "unknown", reason: sentence(`"${item.key}" is not known in this sample`) };
  return { kind: "value", text, clock: stamp.clock };
}

/** A bug in one item costs that item only, whoever asks. */
function guarded(evaluate: () => Answer<Scalar>): Answer<Scalar> {
  try {
    return evaluate();
  } catch (error) {
    return unknown(`a fault in tidemark, please report it: ${errorText(error)}`);
  }
}

/** The key of a standard call. Trailing empty parameters are dropped: `key[a,]` and `key[a]` are one call. */
export function keyOf({ item, target }: Standard, params: readonly string[]): string {
  const all = target === undefined ? params : [target, ...params];
  const given = all.slice(0, all.findLastIndex((param) => param !== "") + 1);
  return given.length === 0 ? item.key : formatKey(item.key, given);
}
