import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type Asked, ScriptedServer } from "../unit/transports/scripted-server.ts";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { allSamplesOf } from "./daemon-journal.ts";
import { waitFor } from "./wait.ts";

const HOST = address(import.meta.url);

/** The state of an instance that is not there is 0 each second, with the time of the attempt. */
const KEY = "memcached.state[nobody]";
const PASSIVE_MS = 700;
/** Columns: last success, items, queued, oldest queued, dropped, state. */
const KILLS = 3;
const NOTHING_DROPPED = /^main +\d+s +1 +\d+ +\S+ +0 {2}ok$/m;

interface Row {
  readonly key: string;
  readonly value?: string;
  readonly id?: number;
  readonly clock: number;
  readonly ns: number;
}

/** What a real server would have stored: of each session only ids above the last one. */
class Stored {
  readonly clocks: number[] = [];
  readonly #last = new Map<string, number>();

  take({ body }: Asked): string {
    const { session = "", data } = JSON.parse(body.toString()) as { session?: string; data: readonly Row[] };
    for (const { value, id = 0, clock, ns } of data) {
      if (value === undefined || id <= (this.#last.get(session) ?? 0)) continue;
      this.#last.set(session, id);
      this.clocks.push(clock + ns / 1e9);
    }
    return `processed: ${data.length}; failed: 0; total: ${data.length}; seconds spent: 0.000041`;
  }
}

let server: ScriptedServer;
let bench: Bench;
let stored: Stored;

beforeAll(async () => {
  server = await ScriptedServer.start(HOST, () => undefined);
  bench = await Bench.at(HOST);
  const nobody = await freePort(HOST);
  bench.configure([
    "Timeout=1",
    `Memcached.nobody.Uri=tcp://${HOST}:${nobody}`,
    `Push.main.Server=${HOST}:${server.at.port}`,
    "Push.main.Host=web 1",
    `Push.main.Keys=${KEY}`,
    "Push.main.Interval=1s",
  ]);
});

afterAll(() => server.close());

function milliseconds(clock: number): number {
  return Math.round(clock * 1000);
}

function serve(): void {
  server.script = (asked) => asked.socket.end(encodePacket(Buffer.from(success(stored.take(asked)))));
}

function success(info: string): string {
  return JSON.stringify({ response: "success", info });
}

/** A value of every slot that was sampled since the first value, once and in order. */
function expectEverySlot(): void {
  const slotOf = new Map(allSamplesOf(bench).map(({ slot, sample }) => [milliseconds(sample.stamp.clock), slot]));
  const sampled = [...new Set(slotOf.values())];
  const clocks = stored.clocks.map(milliseconds);
  const slots = clocks.map((clock) => slotOf.get(clock) ?? 0);
  expect(clocks).toEqual([...new Set(clocks)].sort((a, b) => a - b));
  expect([...new Set(slots)]).toEqual(sampled.filter((slot) => slot >= (slots[0] ?? 0) && slot <= (slots.at(-1) ?? 0)));
}

/** How many values wait; NaN while they are still being read. */
async function waiting(): Promise<number> {
  const { value } = await bench.ask("tidemark.outbox.size[main]");
  return typeof value === "string" ? Number(value) : Number.NaN;
}

const drip: { timer?: NodeJS.Timeout } = {};
const FAULTS: Readonly<Record<string, (asked: Asked) => void>> = {
  "half a reply": ({ socket }) => socket.end(encodePacket(Buffer.from(success(""))).subarray(0, 20)),
  "wrong magic": ({ socket }) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "a reply that never ends": ({ socket }) => {
    socket.write(Buffer.from("5a42584401ffff000000000000", "hex"));
    drip.timer = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => clearInterval(drip.timer));
  },
};

test("whatever a server answers, values wait for it, checks go on, and it has every second once in the end", async () => {
  stored = new Stored();
  serve();
  const daemon = await bench.start();
  await waitFor(() => stored.clocks.length > 0, { what: "the first value" });
  for (const [name, fault] of Object.entries(FAULTS)) {
    let met = false;
    server.script = (asked) => {
      met = true;
      serve();
      fault(asked);
    };
    await waitFor(() => met, { what: `the server to answer with ${name}` });
    const began = performance.now();
    await bench.get("agent.ping");
    expect(performance.now() - began).toBeLessThan(PASSIVE_MS);
    const before = stored.clocks.length;
    await waitFor(() => stored.clocks.length > before, { what: `a value after ${name}` });
  }
  expectEverySlot();
  const warnings = daemon.stderr.split("\n").filter((line) => line.includes("It is tried again."));
  expect(warnings).toHaveLength(Object.keys(FAULTS).length);
  expect((await bench.command("status")).stdout).toMatch(NOTHING_DROPPED);
  await daemon.kill();
});

test("values of an outage with two kills in it arrive once and in order when the server is back", async () => {
  stored = new Stored();
  serve();
  const killed = await bench.start();
  await waitFor(() => stored.clocks.length > 0, { what: "the first value" });
  server.script = (asked) => {
    stored.take(asked); // stored, but the answer is lost
    asked.socket.destroy();
    void server.close();
  };
  await waitFor(async () => (await waiting()) > 1, { what: "values to wait" });
  await killed.kill();
  const second = await bench.start();
  const troubled = async () => /^main .* connection refused by /m.test((await bench.command("status")).stdout);
  await waitFor(troubled, { what: "the trouble to be shown" });
  await second.kill();
  for (let round = 0; round < KILLS; round++) {
    const next = await bench.start();
    let before = Number.NaN;
    const isRead = async () => {
      before = await waiting();
      return before > 0;
    };
    await waitFor(isRead, { what: "what waits to be read" });
    await waitFor(async () => (await waiting()) > before, { what: "one more value to wait" });
    await next.kill();
  }
  serve();
  await server.open();
  const third = await bench.start();
  await waitFor(async () => (await waiting()) === 0, { what: "nothing to wait" });
  expectEverySlot();
  expect(stored.clocks.length).toBeGreaterThan(KILLS);
  expect((await bench.command("status")).stdout).toMatch(NOTHING_DROPPED);
  await third.kill();
});
