import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { qmail } from "../../src/sources/qmail/qmail.ts";
import { QmailHome } from "../real/qmail.ts";
import { temporaryDirectory } from "../real/start.ts";
import { SourceBench } from "../unit/sources/bench.ts";

const MESSAGES = 100_000;

test("a queue of 100,000 messages is counted in one tick, and holds nothing up", async () => {
  const home = new QmailHome(temporaryDirectory());
  home.add(MESSAGES);
  const bench = new SourceBench(qmail, realIo(), { lines: [`Queue=${home.queue}`] });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  await bench.tick();
  const firstMs = performance.now() - begun;
  delay.disable();
  expect(bench.text("qmail.queue.size")).toBe(String(MESSAGES));
  process.stdout.write(
    `${MESSAGES} messages: ${firstMs.toFixed(0)} ms, event loop late by ${(delay.max / 1e6).toFixed(1)} ms at most
`,
  );
  expect(firstMs).toBeLessThan(2500);
  expect(delay.percentile(99) / 1e6).toBeLessThan(10);
  home.add(1);
  await bench.tick();
  expect(bench.text("qmail.queue.size")).toBe(String(MESSAGES + 1));
});
