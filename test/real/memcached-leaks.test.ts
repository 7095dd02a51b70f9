import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { Mimic, Sampler, told } from "./memcached-sampling.ts";
import { strangers } from "./memcached-strangers.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);

async function uri(): Promise<{ readonly host: string; readonly port: number; readonly text: string }> {
  const port = await freePort(host);
  return { host, port, text: `${host}:${port}` };
}

test("200 ticks of every fault, a frozen memcached among them, leave nothing behind", async () => {
  const frozen = await uri();
  const lines = [`frozen.Uri=${frozen.text}`, `refused.Uri=${(await uri()).text}`];
  for (const { name, serve } of strangers.filter(
    (stranger) => !["garbage", "one-line", "flood"].includes(stranger.name),
  )) {
    const at = await uri();
    await Mimic.listen(at, serve);
    lines.push(`${name}.Uri=${at.text}`);
  }
  const program = await startMemcached(frozen);
  const sampler = new Sampler(lines);
  await sampler.tick(0.06);
  program.freeze();
  for (let tick = 0; tick < 20; tick++) await sampler.tick(0.06);
  const before = await settled();
  for (let tick = 0; tick < 200; tick++) {
    const { samples } = await sampler.tick(0.06);
    expect(samples.size).toBe(lines.length);
    expect(told(samples.get("frozen"))).toMatch(/^hung/);
  }
  const after = await settled();
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
  expect(after.timers).toBeLessThanOrEqual(before.timers + 2);
  expect(after.heap - before.heap).toBeLessThan(16 * 2 ** 20);
  program.thaw();
  expect(told((await sampler.tick()).samples.get("frozen"))).toBe("up");
});

interface Held {
  readonly descriptors: number;
  readonly timers: number;
  readonly heap: number;
}

/** What this process holds once closed connections have gone. */
async function settled(): Promise<Held> {
  let last = -1;
  await waitFor(
    () => {
      const now = readdirSync("/proc/self/fd").length;
      const same = now === last;
      last = now;
      return same;
    },
    { what: "the descriptors to settle" },
  );
  const resources = process.getActiveResourcesInfo();
  return {
    descriptors: last,
    timers: resources.filter((kind) => kind === "Timeout").length,
    heap: process.memoryUsage().heapUsed,
  };
}
