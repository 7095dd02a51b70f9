import type { Window } from "../../../src/ring/moment.ts";
import { Ring } from "../../../src/ring/ring.ts";
import type { Field, GoodSample } from "../../../src/ring/sample.ts";

/** A source with one of each kind of field. */
export const FIELDS: readonly Field[] = [
  { name: "hits", kind: "counter", unit: "", doc: "Hits.", part: false, ringed: true },
  { name: "moves", kind: "counter", unit: "", doc: "Survives.", part: false, ringed: true, survivesReset: true },
  { name: "items", kind: "gauge", unit: "", doc: "Items.", part: false, ringed: true },
  { name: "version", kind: "text", unit: "", doc: "Version.", part: false, ringed: true },
  { name: "evicted", kind: "counter", unit: "", doc: "Evicted.", part: true, ringed: true },
  { name: "age", kind: "gauge", unit: "s", doc: "Age.", part: true, ringed: true },
];

export const STEP = 60;

export function newRing(slots = 61, mostBytes = Number.POSITIVE_INFINITY): Ring {
  return new Ring([{ name: "cache", fields: FIELDS }], { slots, step: STEP, mostBytes });
}

export interface Reading {
  readonly numbers?: Readonly<Record<string, number | bigint>>;
  readonly parts?: Readonly<Record<string, Readonly<Record<string, number | bigint>>>>;
  readonly epoch?: string;
  readonly version?: string;
  readonly seconds?: number;
}

/** A good sample of target "main" taken at the slot's nominal second (or at `seconds` on both clocks). */
export function good(slot: number, reading: Reading): GoodSample {
  const seconds = reading.seconds ?? slot * STEP;
  return {
    kind: "good",
    target: "main",
    stamp: { clock: 1_700_000_000 + seconds, mono: 1_000 + seconds },
    state: 1,
    epoch: reading.epoch ?? "first",
    numbers: new Map(Object.entries(reading.numbers ?? {})),
    texts: new Map(reading.version === undefined ? [] : [["version", reading.version]]),
    parts: new Map(Object.entries(reading.parts ?? {}).map(([name, part]) => [name, new Map(Object.entries(part))])),
  };
}

export function window(slots: number): Window {
  return { text: `${slots}m`, seconds: slots * STEP, slots };
}
