import { expect, test } from "vitest";
import type { Stamp } from "../../../../src/ring/sample.ts";
import type { Publish, Surroundings } from "../../../../src/sources/source.ts";
import { tidemark } from "../../../../src/sources/tidemark/tidemark.ts";
import { selfOf } from "./self.ts";

const STARTED: Stamp = { clock: 1000, mono: 10 };

const self = selfOf({ startedAt: STARTED, tick: () => ({ seconds: 0.1, missed: 0 }) });

test("a sample has the stamp of its tick, by which its slot is numbered, however late it is taken", async () => {
  const io = { now: () => ({ clock: 1002.01, mono: 12.01 }) };
  const collector = tidemark.open({ general: {}, named: new Map() }, { io, self } as unknown as Surroundings);
  const stamps: Stamp[] = [];
  const publish = { roster: () => undefined, sample: (sample) => stamps.push(sample.stamp) } as Partial<Publish>;
  const stamp = { clock: 1001.94, mono: 11.94 };
  const tick = { slot: 1001, stamp, seconds: 0.9, deadline: new AbortController().signal };
  await collector.collect(tick, publish as Publish);
  expect(stamps).toEqual([stamp]);
});
