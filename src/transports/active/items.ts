import type { Log } from "../../io/log.ts";
import type { Registry } from "../../items/registry.ts";
import { listed } from "../../words/sentence.ts";
import type { ActiveItem } from "../../zabbix/active.ts";
import { Evaluator, type EvaluatorOptions } from "./evaluator.ts";
import { type Listed, ListReader } from "./item-list.ts";
import { decodeList, encodeList } from "./list-record.ts";

/** Where the newest list is kept, for a start while no server can be reached. */
export interface ListFile {
  /** Undefined: there is none. */
  read(): string | undefined;
  write(text: string): void;
}

export interface ItemsOptions extends EvaluatorOptions {
  readonly registry: Pick<Registry, "askAt" | "isOurs">;
  readonly listFile: ListFile;
  /** The Zabbix host that the list is for. */
  readonly host: string;
  /** The destination in log lines. */
  readonly what: string;
  /** Seconds of the past that a host gets of which no item was known. */
  readonly backfill: number;
  readonly log: Pick<Log, "info" | "warning">;
}

/** A sample may be told so many slots late, so this long it matters what was sent. */
const LATE_SLOTS = 4;

/**
 * The items that a server wants, and their values up to the newest closed slot. Slots in which nobody knew what the
 * server wants are made up for, except for items that are new to the list, and those of a host that was disabled.
 */
export class Items {
  readonly #options: ItemsOptions;
  readonly #evaluator: Evaluator;
  #listed: readonly Listed[] | undefined;
  /** By item id: what was sent of items that have left the list, so that one that comes back does not repeat itself. */
  #left: ReadonlyMap<number, number> = new Map();
  #isRunning = false;
  #isWanted = false;
  #hasLapsed = false;
  #written: string | undefined;
  #foreign = "";
  #evaluating: Promise<void> | undefined;

  constructor(options: ItemsOptions) {
    this.#options = options;
    this.#evaluator = new Evaluator(options);
  }

  /** Undefined: no server has said yet. */
  get count(): number | undefined {
    return this.#listed?.length;
  }

  /** Takes up the list of before the start. To be called once, when the first slot is closed. */
  restore(): void {
    const { listFile, host, outbox, ring } = this.#options;
    const text = listFile.read();
    const items = text === undefined ? undefined : decodeList(text, host);
    if (items === undefined) return;
    this.#written = text;
    const cursor = outbox.cursor ?? Number.POSITIVE_INFINITY;
    const isUsable = cursor <= ring.closed; // a journal that was lost, or slots of another length
    const done = isUsable ? cursor : ring.closed - 1;
    const reader = new ListReader();
    const sent = isUsable ? done : -1;
    this.#listed = items.map((item) => reader.newItem(item, { done, sent, atOnce: !isUsable }));
  }

  /** Goes on by the list there is: the server cannot be asked. */
  resume(): void {
    this.#isRunning = true;
  }

  /** The server wants nothing of this host now. `lapsed`: what is sampled until it does is not to be made up for. */
  suspend(lapsed: boolean): void {
    this.#isRunning = false;
    this.#hasLapsed ||= lapsed;
    if (lapsed) this.#write([]);
  }

  /** Takes the server's list, and goes on by it. */
  replace(items: readonly ActiveItem[]): void {
    const ours = this.#ours(items);
    const before = new Map((this.#listed ?? []).map((item) => [item.itemid, item]));
    this.#listed = [...this.#merged(ours, before).values()];
    this.#left = this.#leftOf(before);
    this.#hasLapsed = false;
    this.#isRunning = true;
    this.#write(ours);
  }

  /** Evaluates what has not been evaluated yet; settles when nothing is left. */
  evaluate(): Promise<void> {
    this.#isWanted = true;
    this.#evaluating ??= this.#evaluateAll().finally(() => {
      this.#evaluating = undefined;
    });
    return this.#evaluating;
  }

  /** Stops after the slot under way. */
  async close(): Promise<void> {
    this.#isRunning = false;
    await this.#evaluating;
  }

  async #evaluateAll(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      const items = this.#listed ?? [];
      for (let slot = this.#evaluator.firstFor(items); slot <= this.#options.ring.closed; slot++) {
        if (!this.#isRunning) return;
        await this.#evaluator.evaluate(slot, items);
      }
    }
  }

  #merged(items: readonly ActiveItem[], before: ReadonlyMap<number, Listed>): ReadonlyMap<number, Listed> {
    const { ring, backfill, step } = this.#options;
    const isKnown = ({ itemid }: ActiveItem) => before.has(itemid);
    const isNewHost = !items.some(isKnown);
    const newest = ring.closed - 1;
    const done = newest - (isNewHost ? Math.floor(backfill / step) : 0);
    const merged = new Map<number, Listed>();
    const reader = new ListReader();
    for (const item of items) {
      const known = before.get(item.itemid);
      const sent = known?.sent ?? this.#left.get(item.itemid) ?? -1;
      const isSame = known?.key === item.key && !this.#hasLapsed;
      const one = isSame
        ? reader.changedItem(known, item)
        : reader.newItem(item, { done: known === undefined ? done : newest, sent, atOnce: true });
      if (one !== known) this.#sayFault(one);
      merged.set(item.itemid, one);
    }
    return merged;
  }

  #leftOf(before: ReadonlyMap<number, Listed>): ReadonlyMap<number, number> {
    const oldest = this.#options.ring.closed - LATE_SLOTS;
    const sent = [...this.#left, ...[...before.values()].map((item) => [item.itemid, item.sent] as const)];
    return new Map(sent.filter(([, slot]) => slot >= oldest));
  }

  #ours(items: readonly ActiveItem[]): readonly ActiveItem[] {
    const { registry, what, log } = this.#options;
    const foreign = items.filter(({ key }) => !registry.isOurs(key)).map(({ key }) => key);
    const text = listed(foreign, 3);
    if (foreign.length > 0 && text !== this.#foreign) {
      log.warning(`Not tidemark's items, so without values, of ${what}: ${text}.`);
    }
    this.#foreign = text;
    return foreign.length === 0 ? items : items.filter(({ key }) => registry.isOurs(key));
  }

  #sayFault({ key, interval }: Listed): void {
    const { log, what } = this.#options;
    if (interval.kind === "fault") log.warning(`Item "${key}" of ${what} is never due: ${interval.text}`);
  }

  #write(items: readonly ActiveItem[]): void {
    const { listFile, host } = this.#options;
    const text = encodeList(items, host);
    if (text !== this.#written) listFile.write(text);
    this.#written = text;
  }
}
