import { expect } from "vitest";
import { readJournal } from "../../src/journal/replay.ts";
import type { GoodSample } from "../../src/ring/sample.ts";
import { SampleDecoder } from "../../src/schedule/sample-record.ts";
import type { Bench } from "./daemon.ts";

/** A good sample of a memcached, and the slot it stands in. */
export interface Kept {
  readonly slot: number;
  readonly sample: GoodSample;
}

/** All of them that the journal holds, oldest first; expects it to be undamaged. */
export function journalOf({ state }: Bench): readonly Kept[] {
  const decoder = new SampleDecoder();
  const kept: Kept[] = [];
  const said: string[] = [];
  readJournal({ directory: state, step: 1, boot: "", report: (line) => said.push(line) }, ({ slot, body }) => {
    const decoded = decoder.decode(body);
    if (decoded.kind === "malformed") said.push(decoded.reason);
    else if (slot !== undefined && decoded.value?.source === "memcached" && decoded.value.sample.kind === "good")
      kept.push({ slot, sample: decoded.value.sample });
  });
  expect(said).toEqual([]);
  return kept;
}
