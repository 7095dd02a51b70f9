import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { value } from "../../../src/ring/answer.ts";
import { KnownTargets } from "../../../src/schedule/known-targets.ts";
import { type Kept, Schedule } from "../../../src/schedule/schedule.ts";
import { SlotCounter } from "../../../src/schedule/slots.ts";
import type { Collector } from "../../../src/sources/source.ts";
import { good, newRing } from "../ring/sampling.ts";
import { fakeIo } from "./fake-io.ts";

function collector(collect: Collector["collect"]): Collector {
  return { collect, forget: () => true, close: async () => undefined };
}

function scheduled(collect: Collector["collect"], forgetAfter = 1000) {
  const io = fakeIo();
  const ring = newRing();
  const kept: { slot: number; samples: readonly Kept[] }[] = [];
  const added: Kept[] = [];
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const known = new KnownTargets({ read: () => undefined, write: () => true });
  const schedule = new Schedule(
    {
      step: 60,
      timeout: 3,
      forgetAfter,
      slots: new SlotCounter(60, io.now(), undefined),
      ring,
      keeper: {
        add: (sample) => void added.push(sample),
        keep: (slot) => void kept.push({ slot, samples: added.splice(0) }),
      },
      known,
      io,
      log: { error: say, warning: say, info: say, debug: say },
    },
    [{ name: "cache", collector: collector(collect) }],
  );
  return { io, ring, kept, said, known, schedule };
}

const FIRST = Math.floor(1_700_000_000 / 60);

describe("a tick", () => {
  test("puts the samples, keeps them, then closes the slot", async () => {
    const { ring, kept, schedule } = scheduled(async (tick, publish) => {
      publish.roster(value(new Map([["main", {}]])));
      publish.sample(good(tick.slot, { numbers: { items: 3 } }));
    });
    const order: string[] = [];
    ring.onClose((slot) => order.push(`closed ${slot} after ${kept.length} kept`));
    await schedule.tick();
    expect(order).toEqual([`closed ${FIRST} after 1 kept`]);
    expect(kept[0]?.samples.map(({ source, sample }) => [source, sample.target])).toEqual([["cache", "main"]]);
    expect(ring.now().view("cache", "main").kind).toBe("value");
  });

  test("gives a deadline of Timeout, and leaves a collector behind that does not keep it", async () => {
    let publishLate = () => undefined as unknown;
    const { io, ring, said, schedule } = scheduled((tick, publish) => {
      publishLate = () => publish.sample(good(tick.slot, {}));
      expect(tick.seconds).toBe(3);
      return new Promise(() => undefined);
    });
    const ticking = schedule.tick();
    await io.pass(3.1);
    await ticking;
    publishLate();
    expect(said).toEqual(["The cache collector did not settle by its deadline; its late samples are dropped."]);
    expect(ring.now().view("cache", "main").kind).toBe("unknown");
    expect(schedule.runs.get("cache")?.settled).toBe(false);
  });

  test("listens once to its deadline, however many sources there are", async () => {
    const listeners: number[] = [];
    const { schedule } = scheduled(async () => undefined);
    const many = collector(async ({ deadline }) => void listeners.push(getEventListeners(deadline, "abort").length));
    await schedule.replace(Array.from({ length: 20 }, (_, at) => ({ name: `s${at}`, collector: many })));
    await schedule.tick();
    expect(listeners).toEqual(Array.from({ length: 20 }, () => 1));
  });

  test("survives a collector that throws, and says where", async () => {
    const { ring, said, schedule } = scheduled(async () => {
      throw new Error("a bug");
    });
    await schedule.tick();
    expect(said.join()).toMatch(/^A collector failed: Error: a bug\n/);
    expect(ring.closed).toBe(FIRST);
  });

  test("counts the ticks that did not fire", async () => {
    const { io, ring, schedule } = scheduled(async () => undefined);
    await schedule.tick();
    await io.pass(300);
    await schedule.tick();
    expect([ring.closed, schedule.missed]).toEqual([FIRST + 5, 4]);
  });

  test("that fires while another one runs waits for it", async () => {
    const { io, ring, schedule } = scheduled(() => new Promise(() => undefined));
    const closed: number[] = [];
    ring.onClose((slot) => closed.push(slot - FIRST));
    const first = schedule.tick();
    await io.pass(1);
    const second = schedule.tick();
    await io.pass(1);
    expect(closed).toEqual([]);
    await io.pass(10);
    await Promise.all([first, second]);
    expect(closed).toEqual([0, 0]);
  });

  test("is cut short by a stop", async () => {
    const { io, schedule } = scheduled((tick) => {
      return new Promise((resolve) => tick.deadline.addEventListener("abort", () => resolve()));
    });
    const ticking = schedule.tick();
    await io.pass(0.01);
    await schedule.stop();
    await ticking;
    expect(schedule.tickSeconds).toBeLessThan(1);
  });

  test("is left behind by a stop without a word, and those that wait never begin", async () => {
    const { io, ring, said, schedule } = scheduled(() => new Promise(() => undefined));
    const ticking = [schedule.tick(), schedule.tick()];
    await io.pass(0.01);
    const stopped = schedule.stop();
    await io.pass(0.1);
    await Promise.all([...ticking, stopped]);
    expect([ring.closed, said]).toEqual([FIRST, []]);
  });

  test("ends with the collectors that it began with when they are replaced", async () => {
    let finish = () => undefined as unknown;
    const { io, schedule } = scheduled(() => new Promise((resolve) => (finish = () => resolve(undefined))));
    const ticking = schedule.tick();
    await io.pass(0);
    let replaced = false;
    const replacing = schedule.replace([]).then(() => (replaced = true));
    await io.pass(0);
    expect(replaced).toBe(false);
    finish();
    await Promise.all([ticking, replacing]);
  });
});

test("findings are those of the newest tick", async () => {
  let wrong = true;
  const { schedule } = scheduled(async (_tick, publish) => {
    if (wrong) publish.finding({ what: "a socket", found: "no access", mend: "chmod" });
  });
  await schedule.tick();
  expect(schedule.findings).toHaveLength(1);
  wrong = false;
  await schedule.tick();
  expect(schedule.findings).toHaveLength(0);
});

test("a target that was not seen for ForgetAfter is forgotten", async () => {
  let found = true;
  const { io, known, said, schedule } = scheduled(async (_tick, publish) => {
    if (found) publish.remember("main", { PORT: "11211" });
  }, 150);
  await schedule.tick();
  found = false;
  await io.pass(120);
  await schedule.tick();
  expect([...known.of("cache").keys()]).toEqual(["main"]);
  await io.pass(60);
  await schedule.tick();
  expect([...known.of("cache").keys()]).toEqual([]);
  expect(said).toEqual(['Forgot cache target "main": not seen running for longer than ForgetAfter.']);
});

describe("known targets", () => {
  test("are written when the list changes, and hourly for their times", () => {
    const written: string[] = [];
    const known = new KnownTargets({ read: () => undefined, write: (text) => written.push(text) > 0 });
    known.remember("cache", "main", { PORT: "1" }, 100);
    known.save(100);
    known.remember("cache", "main", { PORT: "1" }, 160);
    known.save(160);
    expect(written).toHaveLength(1);
    known.save(3800);
    expect(JSON.parse(written[1] ?? "")).toEqual({ cache: { main: { labels: { PORT: "1" }, seen: 160 } } });
    const again = new KnownTargets({ read: () => written[1], write: () => true });
    expect([...again.of("cache")]).toEqual([["main", { labels: { PORT: "1" }, seen: 160 }]]);
  });

  test("are written anew when that failed, and not at all when there are none", () => {
    const tries: boolean[] = [];
    const known = new KnownTargets({ read: () => undefined, write: () => tries.push(true) > 1 });
    known.save(100);
    expect(tries).toHaveLength(0);
    known.remember("cache", "main", {}, 160);
    for (const now of [160, 220, 280]) known.save(now);
    expect(tries).toHaveLength(2);
  });

  for (const text of ["", "{", "[]", "null", '{"cache":null}', '{"cache":{"main":{}}}', '{"cache":{"main":5}}']) {
    test(`a damaged file is an empty one: ${text}`, () => {
      const known = new KnownTargets({ read: () => text, write: () => true });
      expect([...known.of("cache")]).toEqual([]);
    });
  }
});
