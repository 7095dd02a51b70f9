import { expect, test } from "vitest";
import { PushClient } from "../../../../src/transports/push/client.ts";
import { fakeIo } from "../../schedule/fake-io.ts";
import { MemoryOutbox, Sampled, START, stampOf } from "../active/bench.ts";
import { Trapper } from "./trapper.ts";

/** A client that pushes some keys of a sampled source, to a server that has some of them. */
function pushing({
  keys,
  items,
  everySlots = 1,
}: {
  keys: readonly string[];
  items: readonly string[];
  everySlots?: number;
}) {
  const sampled = new Sampled();
  const trapper = new Trapper(...items);
  const outbox = new MemoryOutbox();
  const io = fakeIo(stampOf(0));
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const client = new PushClient({
    name: "main",
    what: `Push "main"`,
    host: "web 1",
    timeout: 3,
    everySlots,
    keys: { all: keys, refresh: async () => undefined },
    outbox,
    link: trapper,
    abort: new AbortController(),
    registry: sampled.registry,
    ring: sampled.ring,
    stampOf: sampled.stampOf,
    slots: sampled.slots,
    io,
    log: { info: say, warning: say },
  });
  /** Samples slot after slot; then everything that waits for promises only has happened. */
  const tick = async (count = 1, state: "up" | "down" = "up") => {
    for (let at = 0; at < count; at++) {
      sampled.tick(1, state);
      await io.pass(1);
      await io.pass(0);
    }
  };
  return { client, trapper, outbox, io, lines, tick };
}

test("values are pushed with session, ids and the clocks of their samples", async () => {
  const { client, trapper, tick } = pushing({ keys: ["cache.items[main]"], items: ["cache.items[main]"] });
  await tick(2);
  await client.close();
  expect(trapper.requests).toEqual(
    [0, 1].map((slot) => ({
      request: "sender data",
      session: "5e".repeat(16),
      data: [
        {
          host: "web 1",
          key: "cache.items[main]",
          value: String(slot),
          id: slot + 1,
          clock: START + slot,
          ns: 125_000_000,
        },
      ],
      clock: expect.any(Number),
      ns: expect.any(Number),
    })),
  );
});

test("an interval of several ticks pushes the newest value of each", async () => {
  const { client, trapper, tick } = pushing({ keys: ["cache.items"], items: ["cache.items"], everySlots: 3 });
  await tick(7);
  await client.close();
  expect(trapper.history).toEqual([0, 3, 6].map((slot) => `cache.items=${slot} at ${START + slot}`));
});

test("what is not supported or not new makes no row", async () => {
  const { client, outbox, tick } = pushing({
    keys: ["cache.items", "cache.nonsense", "cache.items[nobody]"],
    items: [],
  });
  await tick(2, "down");
  await client.close();
  expect(outbox.rows).toEqual([]);
});

test("a server that is away gets everything later, in order", async () => {
  const { client, trapper, outbox, io, tick } = pushing({ keys: ["cache.items"], items: ["cache.items"] });
  trapper.isDown = true;
  await tick(5);
  expect(client.state).toBe("it is down");
  trapper.isDown = false;
  await io.pass(3);
  expect(trapper.history).toEqual([0, 1, 2, 3, 4].map((slot) => `cache.items=${slot} at ${START + slot}`));
  expect(client.state).toBe("ok");
  expect(outbox.stats.rows).toBe(0);
  await client.close();
});

test("new values do not cut a pause short", async () => {
  const { client, trapper, tick, io } = pushing({ keys: ["cache.items"], items: ["cache.items"] });
  let attempts = 0;
  const { request } = trapper;
  trapper.request = async (attempt) => {
    attempts++;
    await request.call(trapper, attempt);
    return { kind: "failed", pause: 30 };
  };
  trapper.isDown = true;
  await tick(20);
  expect(attempts).toBe(1);
  await io.pass(10);
  expect(attempts).toBe(2);
  await client.close();
});

const oddReplies = ["", "[]", "null", "no JSON", '{"response":"failed","info":"cannot parse"}', '{"response":"maybe"}'];
for (const odd of oddReplies) {
  test(`a batch that is answered with ${odd || "nothing"} is sent again, byte by byte the same but for the time`, async () => {
    const { client, trapper, io, tick } = pushing({ keys: ["cache.items"], items: ["cache.items"] });
    trapper.odd = odd;
    await tick(1);
    await io.pass(3);
    await client.close();
    const [first, second] = trapper.batches;
    expect(trapper.batches).toHaveLength(2);
    expect(second?.data).toEqual(first?.data);
    expect(second?.session).toEqual(first?.session);
  });
}

test("an info of another form counts as all accepted", async () => {
  const { client, trapper, outbox, tick } = pushing({ keys: ["cache.items"], items: [] });
  trapper.odd = '{"response":"success","info":"hello"}';
  await tick(1);
  await client.close();
  expect(outbox.stats).toMatchObject({ rows: 0, failed: 0 });
});

test("large batches are compressed", async () => {
  const { client, trapper, tick } = pushing({ keys: ["cache.items", "own.text"], items: ["cache.items", "own.text"] });
  await tick(1);
  await client.close();
  expect(trapper.compressed).toEqual([true]);
});

test("refused keys are found by probes that store nothing, named once and counted", async () => {
  const keys = ["cache.items", "own.ping", "cache.state", "own.text"];
  const { client, trapper, outbox, lines, tick } = pushing({ keys, items: ["cache.items", "own.text"] });
  await tick(1);
  const probed = trapper.requests.slice(1).map(({ data }) => data);
  expect(probed.flat().every(({ value }) => value === undefined)).toBe(true);
  expect(probed.map((rows) => rows.map(({ key }) => key))).toEqual([
    keys,
    ["cache.items", "own.ping"],
    ["cache.items"],
    ["own.ping"],
    ["cache.state", "own.text"],
    ["cache.state"],
    ["own.text"],
  ]);
  await tick(1);
  await client.close();
  expect(trapper.requests).toHaveLength(1 + 7 + 1);
  expect(lines).toEqual([`Push "main" has no trapper item for "own.ping", "cache.state" yet.`]);
  expect(outbox.stats.failed).toBe(4);
});

test("values of a new key are sent as soon as the server takes it, with their clocks and without ids", async () => {
  const { client, trapper, lines, tick } = pushing({ keys: ["cache.items"], items: [] });
  await tick(3);
  trapper.items.add("cache.items");
  await tick(9);
  await client.close();
  expect(lines).toEqual([
    `Push "main" has no trapper item for "cache.items" yet.`,
    `Push "main" takes "cache.items" now.`,
  ]);
  expect(trapper.history.slice().sort()).toEqual(
    [...trapper.history.keys()].map((slot) => `cache.items=${slot} at ${START + slot}`).sort(),
  );
  const late = trapper.batches.find(({ session }) => session === undefined);
  expect(late?.data[0]).toEqual({
    host: "web 1",
    key: "cache.items",
    value: "0",
    clock: START,
    ns: 125_000_000,
  });
});

test("a first value that is refused just before the server learns of its item is sent again", async () => {
  const { client, trapper, tick } = pushing({ keys: ["cache.items", "own.ping"], items: ["own.ping"] });
  const { request } = trapper;
  trapper.request = async (attempt) => {
    const requested = await request.call(trapper, attempt);
    trapper.items.add("cache.items");
    return requested as never;
  };
  await tick(2);
  await client.close();
  const values = trapper.history.filter((line) => line.startsWith("cache.items"));
  expect([...new Set(values)].sort()).toEqual([`cache.items=0 at ${START}`, `cache.items=1 at ${START + 1}`]);
});

test("a key that is refused for ten minutes is given up, but still sent with the others", async () => {
  const { client, trapper, outbox, lines, io, tick } = pushing({ keys: ["own.ping"], items: [] });
  await tick(1);
  await io.pass(650);
  expect(lines.at(-1)).toBe(`Push "main" still refuses "own.ping": their values are lost.`);
  const before = trapper.requests.length;
  await tick(3);
  expect(trapper.requests.length - before).toBe(3);
  expect(outbox.stats.failed).toBe(4);
  trapper.items.add("own.ping");
  await tick(2);
  await client.close();
  expect(trapper.history).toHaveLength(2);
});

test("a key that was taken before and is refused now is named, and not tried again", async () => {
  const { client, trapper, lines, tick } = pushing({
    keys: ["cache.items", "own.ping"],
    items: ["cache.items", "own.ping"],
  });
  await tick(1);
  trapper.items.delete("own.ping");
  await tick(30);
  await client.close();
  expect(lines).toEqual([`Push "main" no longer takes "own.ping".`]);
  expect(trapper.requests.filter(({ data }) => data.some(({ value }) => value === undefined))).toHaveLength(3);
});

test("a repetition that a server refuses for its ids is not counted as failed", async () => {
  const { client, trapper, outbox, io, tick } = pushing({ keys: ["cache.items"], items: ["cache.items"] });
  trapper.odd = "no JSON";
  await tick(1);
  trapper.odd = '{"response":"success","info":"processed: 0; failed: 1; total: 1; seconds spent: 0.000041"}';
  await io.pass(3);
  await client.close();
  expect(outbox.stats).toMatchObject({ rows: 0, failed: 0 });
});

test("while the server cannot be asked which keys it refuses, none is blamed", async () => {
  const { client, trapper, lines, io, tick } = pushing({ keys: ["cache.items"], items: [] });
  trapper.odd = '{"response":"success","info":"processed: 0; failed: 1; total: 1; seconds spent: 0.000041"}';
  const { request } = trapper;
  trapper.request = async (attempt) => {
    const requested = await request.call(trapper, attempt);
    trapper.isDown = true;
    return requested as never;
  };
  await tick(1);
  await io.pass(100);
  await client.close();
  expect(lines).toEqual([]);
});

test("it says nothing about success before there was one", async () => {
  const { client } = pushing({ keys: ["cache.items"], items: [] });
  expect(client.state).toBe("nothing sent yet");
  expect(client.succeeded).toBeUndefined();
  expect(client.items).toBe(1);
  await client.close();
});
