import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { replay, sweepsOf, World } from "./world.ts";

const FORWARD = "forward_queue-1af5ed";
const RAM = "forward_ram_queue-22bc8d";
const DISK = "disk_only_queue-2e7454";
const MAIN = "main_Q-e0d488";

const run = sweepsOf("8.2302-json-full-run.log");

function world(): World {
  const configuration = readFileSync("test/samples/rsyslog/8.2302-run.conf", "utf8");
  return new World([], { step: 2, slots: 121, configuration });
}

/** What items say when the report of this many seconds after the first one is the newest. */
async function at(seconds: number): Promise<World> {
  const watched = world();
  await replay(watched, run.slice(0, seconds / 2 + 1), () => {});
  await watched.ticks(1, 2); // the last report is whole once it is quiet
  return watched;
}

interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly want: Readonly<Record<string, string>>;
}

const phases: readonly Phase[] = [
  {
    name: "idle",
    seconds: 4,
    want: { [`queue.size[${MAIN}]`]: "0", [`queue.stuck[${FORWARD}]`]: "0", [`queue.state[${FORWARD}]`]: "1" },
  },
  {
    name: "growing",
    seconds: 12,
    want: {
      [`queue.size[${FORWARD}]`]: "921",
      [`queue.size.max[${FORWARD},10s]`]: "921",
      [`queue.da[${FORWARD}]`]: "1",
      [`queue.size[${RAM}]`]: "400",
      [`queue.da[${RAM}]`]: "0",
      [`queue.discarded[${RAM},10s,nf]`]: "521",
      [`queue.discarded[${RAM},10s,full]`]: "0",
      [`queue.enqueued.rate[${RAM},10s]`]: "92.1",
      [`queue.dequeued.rate[${RAM},10s]`]: "0",
      [`queue.pused[${RAM}]`]: "80",
      [`queue.size[${DISK}]`]: "921",
    },
  },
  {
    name: "full, with the disk limit reached",
    seconds: 96,
    want: {
      [`queue.stuck[${FORWARD}]`]: "1",
      [`queue.discarding[${FORWARD}]`]: "1",
      [`queue.stuck[${DISK}]`]: "1",
      [`queue.dequeued.rate[${DISK},20s]`]: "0",
      [`queue.dequeued.rate[${FORWARD},20s]`]: "0",
      [`queue.fill_time[${DISK}]`]: "0",
      "action.state[forward]": "0",
      "action.failed[forward,1m]": "0",
      "action.suspended[forward]": "0",
      "action.suspended[drop_on_error]": "1",
      "action.state[drop_on_error]": "2",
    },
  },
  {
    name: "two seconds after the destination was there again",
    seconds: 110,
    want: {
      [`queue.stuck[${FORWARD}]`]: "0",
      [`queue.size[${FORWARD}]`]: "0",
      [`queue.drain_time[${FORWARD}]`]: "0",
      [`queue.stuck[${RAM}]`]: "1",
      "action.resumed[forward,10s]": "2",
    },
  },
];

describe("a captured run of rsyslogd 8.2302", () => {
  for (const { name, seconds, want } of phases) {
    test(name, async () => {
      const { bench } = await at(seconds);
      const found = Object.keys(want).map((key) => [key, bench.text(`rsyslog.${key}`)]);
      expect(Object.fromEntries(found)).toEqual(want);
    });
  }

  test("what was dequeued in all is what came, less what was lost", async () => {
    const { bench } = await at(128);
    const came = (queue: string) => {
      const sample = bench.samples.get(`rsyslog.queue ${queue}`);
      if (sample?.kind !== "good") throw new Error("it has a sample");
      const number = (name: string) => Number(sample.numbers.get(name));
      return number("enqueued") - number("discarded_full") - number("discarded_nf") - number("size");
    };
    for (const queue of [FORWARD, DISK, MAIN]) {
      const left = bench.number(`rsyslog.queue.dequeued.rate[${queue},2m]`) * 120;
      expect(Math.abs(left - came(queue)), queue).toBeLessThan(0.02 * came(queue));
    }
    expect(bench.text(`rsyslog.queue.dequeued.rate[${RAM},2m]`)).toBe("0");
  });

  test("a queue whose destination is away is stuck until it is back, whatever moves and is discarded inside it", async () => {
    const watched = world();
    const seen: string[] = [];
    await replay(watched, run.slice(0, 56), () => seen.push(watched.bench.text(`rsyslog.queue.stuck[${FORWARD}]`)));
    const first = seen.indexOf("1");
    expect(first).toBeLessThanOrEqual(2 + 1 + 3); // messages came with the third report, and one is not whole yet
    expect(seen.slice(first, -2)).toEqual(seen.slice(first, -2).map(() => "1"));
  });
});

test("a blocked action without a queue: the main queue is stuck while its disk part refuses messages", async () => {
  const configuration = readFileSync("test/samples/rsyslog/8.2302-blocked.conf", "utf8");
  const watched = new World([], { step: 2, slots: 121, configuration });
  const seen: string[] = [];
  const blocked = sweepsOf("8.2302-json-direct-action-blocked.log");
  await replay(watched, blocked, () => seen.push(watched.bench.text(`rsyslog.queue.stuck[${MAIN}]`)));
  const first = seen.indexOf("1");
  expect(first).toBeGreaterThan(0);
  const cleared = seen.findIndex((text, index) => index > first && text === "0");
  expect(cleared).toBeGreaterThan(first + 40);
  expect(seen.slice(cleared)).toEqual(seen.slice(cleared).map(() => "0"));
});
