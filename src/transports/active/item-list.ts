import { sentence } from "../../words/sentence.ts";
import type { ActiveItem } from "../../zabbix/active.ts";
import { type Interval, nextCheck, parseInterval } from "../../zabbix/interval.ts";
import type { Zone } from "../../zabbix/zone.ts";

/** A delay as it was understood. fault: why it cannot be read, as a sentence. */
type Delay = { readonly kind: "ok"; readonly value: Interval } | { readonly kind: "fault"; readonly text: string };

/** An item of the server's list, and how far it has come. */
export interface Listed extends ActiveItem {
  readonly interval: Delay;
  /** The newest slot that it was looked at in. */
  done: number;
  /** The newest slot of which a sample was sent. */
  sent: number;
  /** When it is checked next (unix seconds); undefined: not known yet. */
  next: number | undefined;
  /** Clock of the newest slot that it was looked at in. */
  looked: number;
  /** Why it is not supported, as the server was told last. */
  said: string | undefined;
}

/** Where items begin that the list did not have before. `done`: the slot before their first one. */
export interface Beginning {
  readonly done: number;
  /** Slots of samples that were sent already. */
  readonly sent: number;
  /** Whether the first check is at once, as far as the delay allows it. */
  readonly atOnce: boolean;
}

/** Makes the items of one list; many thousand of them have a few delays. */
export class ListReader {
  readonly #delays = new Map<string, Delay>();

  /** An item that is new in a list. */
  newItem(item: ActiveItem, { done, sent, atOnce }: Beginning): Listed {
    const interval = this.#delayOf(item.delay);
    const scheduled = interval.kind === "ok" && interval.value.scheduling.length > 0;
    return {
      itemid: item.itemid, // each by name: a spread takes ten times as long
      key: item.key,
      delay: item.delay,
      interval,
      done,
      sent,
      next: atOnce && !scheduled ? Number.NEGATIVE_INFINITY : undefined,
      looked: Number.NEGATIVE_INFINITY,
      said: undefined,
    };
  }

  /** The same item with what the newest list says of it: a changed delay counts from the next check on. */
  changedItem(before: Listed, item: ActiveItem): Listed {
    if (before.delay === item.delay) return before;
    const { done, sent } = before;
    return this.newItem(item, { done, sent, atOnce: false });
  }

  #delayOf(text: string): Delay {
    const known = this.#delays.get(text);
    if (known !== undefined) return known;
    const parsed = parseInterval(text);
    const delay: Delay = parsed.kind === "ok" ? parsed : { kind: "fault", text: sentence(parsed.reason) };
    this.#delays.set(text, delay);
    return delay;
  }
}

/** A slot as update intervals see it. `before`: when the item's own last slot began, asked for only when it matters. */
export interface DueTime {
  readonly clock: number;
  readonly before: () => number;
  readonly zone: Zone;
}

/** Whether an item is due in a slot; then it is due again at its next time after it. */
export function takeDue(item: Listed, { clock, before, zone }: DueTime): boolean {
  const { interval, itemid } = item;
  if (interval.kind === "fault") return item.said === undefined;
  if (clock <= item.looked) item.next = nextCheck(interval.value, { itemid, now: clock - 1, zone }); // the clock was set back
  item.looked = clock;
  item.next ??= nextCheck(interval.value, { itemid, now: before(), zone });
  if (item.next > clock) return false;
  item.next = nextCheck(interval.value, { itemid, now: clock, zone });
  return true;
}
