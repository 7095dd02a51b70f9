import { expect } from "vitest";
import { readJournal } from "../../src/journal/replay.ts";
import type { GoodSample, Sample } from "../../src/ring/sample.ts";
import { SampleDecoder } from "../../src/schedule/sample-record.ts";
import type { Bench } from "./daemon.ts";

/** A sample of a memcached, and the slot it stands in. */
export interface Kept<S extends Sample = GoodSample> {
  readonly slot: number;
  readonly sample: S;
}

/** All samples of memcacheds that the journal holds, oldest first; expects it to be undamaged. */
export function allSamplesOf({ state }: Bench, step = 1): readonly Kept<Sample>[] {
  const decoder = new SampleDecoder();
  const kept: Kept<Sample>[] = [];
  const said: string[] = [];
  readJournal({ directory: state, step, boot: "", report: (line) => said.push(line) }, ({ slot, body }) => {
    const decoded = decoder.decode(body);
    if (decoded.kind === "malformed") said.push(decoded.reason);
    else if (slot !== undefined && decoded.value?.source === "memcached")
      kept.push({ slot, sample: decoded.value.sample });
  });
  expect(said).toEqual([]);
  return kept;
}

/** The good ones among them. */
export function journalOf(bench: Bench): readonly Kept[] {
  return allSamplesOf(bench).flatMap(({ slot, sample }) => (sample.kind === "good" ? [{ slot, sample }] : []));
}
