import { expect, test } from "vitest";
import type { Io } from "../../../../src/io/io.ts";
import { realIo } from "../../../../src/io/real-io.ts";
import type { QueueStats } from "../../../../src/sources/source.ts";
import { tidemark } from "../../../../src/sources/tidemark/tidemark.ts";
import { SourceBench } from "../bench.ts";
import { selfOf } from "./self.ts";

const START = 1_700_000_000;
const EMPTY: QueueStats = { rows: 0, bytes: 0, oldest: undefined, dropped: 0, failed: 0 };
const READING: QueueStats = { ...EMPTY, rows: Number.NaN, bytes: Number.NaN, oldest: Number.NaN };

/** tidemark's own source, whose destinations a test sets; a tick is a second. */
function watching(queues: Record<string, QueueStats>) {
  const now = { clock: START, mono: 100 };
  const io: Io = { ...realIo(), now: () => now };
  const self = selfOf({
    startedAt: { ...now },
    destinations: () => Object.entries(queues).map(([name, stats]) => ({ name, stats })),
  });
  const bench = new SourceBench(tidemark, io, { self });
  const tick = async (count = 1) => {
    for (let at = 0; at < count; at++) {
      Object.assign(now, { clock: now.clock + 1, mono: now.mono + 1 });
      await bench.tick();
    }
  };
  const texts = (name: string) =>
    ["size", "bytes", "oldest"].map((level) => bench.text(`tidemark.outbox.${level}[${name}]`));
  return { bench, tick, texts };
}

test("what waits: values, bytes, and the age of the oldest, each destination by itself", async () => {
  const queues = { a: { ...EMPTY, rows: 3, bytes: 120, oldest: START - 10 }, b: EMPTY };
  const { tick, texts, bench } = watching(queues);
  await tick();
  expect(texts("a")).toEqual(["3", "120", "11"]);
  expect(texts("b")).toEqual(["0", "0", "0"]);
  expect(bench.text("tidemark.outbox.size[c]")).toBe('(unknown: No destination "c"; there are "a", "b".)');
  expect(JSON.parse(bench.text("tidemark.outbox.discovery"))).toEqual([
    { "{#DESTINATION}": "a" },
    { "{#DESTINATION}": "b" },
  ]);
});

test("what was dropped and refused in a window, from counts since the start", async () => {
  const queues = { a: EMPTY };
  const { tick, bench } = watching(queues);
  await tick(61);
  queues.a = { ...EMPTY, dropped: 7, failed: 2 };
  await tick(5);
  expect(bench.text("tidemark.outbox.dropped[a,1m]")).toBe("7");
  expect(bench.text("tidemark.outbox.failed[a,1m]")).toBe("2");
  await tick(60);
  expect(bench.text("tidemark.outbox.dropped[a,1m]")).toBe("0");
});

test("while a queue is being read its levels have rightly no value, and it is discovered; what the reading drops counts", async () => {
  const queues = { a: READING };
  const { tick, texts, bench } = watching(queues);
  await tick();
  const none = "(none: What waits there is still being read.)";
  expect(texts("a")).toEqual([none, none, none]);
  expect(JSON.parse(bench.text("tidemark.outbox.discovery"))).toEqual([{ "{#DESTINATION}": "a" }]);
  queues.a = { ...EMPTY, rows: 5, bytes: 9, oldest: START, dropped: 4 };
  await tick(60);
  expect(texts("a")).toEqual(["5", "9", "61"]);
  expect(bench.text("tidemark.outbox.dropped[a,1m]")).toBe("4");
});

test("without destinations values are sent nowhere", async () => {
  const { tick, bench } = watching({});
  await tick();
  expect(bench.text("tidemark.outbox.size[a]")).toBe("(unknown: Values are sent nowhere.)");
  expect(bench.text("tidemark.outbox.discovery")).toBe("[]");
});
