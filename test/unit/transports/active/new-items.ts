import { Items, type ItemsOptions } from "../../../../src/transports/active/items.ts";
import { Pace } from "../../../../src/transports/pace.ts";
import type { ActiveItem } from "../../../../src/zabbix/active.ts";
import { keptLog } from "../loopback.ts";
import { MemoryFile, MemoryOutbox, type Sampled } from "./bench.ts";

const UTC = () => 0;

export function item(itemid: number, key = "cache.items", delay = "1s"): ActiveItem {
  return { itemid, key, delay };
}

/** The items of a host "h" at "z", with all that they work with. */
export function newItems(sampled: Sampled, more: Partial<ItemsOptions> & { readonly outbox?: MemoryOutbox } = {}) {
  const log = keptLog();
  const outbox = more.outbox ?? new MemoryOutbox();
  const listFile = new MemoryFile();
  const items = new Items({
    registry: sampled.registry,
    ring: sampled.ring,
    outbox,
    stampOf: sampled.stampOf,
    zone: UTC,
    step: sampled.step,
    slots: sampled.slots,
    pace: new Pace(() => 0),
    listFile,
    host: "h",
    what: 'host "h" at z',
    backfill: 0,
    log,
    ...more,
  });
  return { items, outbox, listFile, log };
}

/** Slots that an item has values of. */
export const slotsOf = (values: readonly string[]) => values.map((text) => Number(text.split(":")[0]));
