import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { waitFor } from "./wait.ts";
import { sampledSeconds, ZabbixStandIn } from "./zabbix-stand-in.ts";

const HOST = address(import.meta.url);
const PING = "agent.ping";
const FORMER =
  /^outbox: \d+ values, \d\.\d MB, the oldest of \d+s ago, wait in ".*\/(late_.*)" for a destination that is not configured\n {2}mend: configure it again, or rm -r .*\/\1$/m;
const READING = /^\S+ +- +- +- +- +0 {2}what waits for it is being read$/m;

let zabbix: ZabbixStandIn | undefined;
afterAll(() => zabbix?.server.close());

/** What waits cannot be read before this is called: its first segment is a pipe to which nobody has written. */
function held(state: string): () => void {
  const outbox = join(state, "outbox");
  const queue = readdirSync(outbox).find((name) => name.startsWith("late_")) ?? "";
  const pipe = join(outbox, queue, "outbox-00000000.journal");
  execFileSync("mkfifo", [pipe]);
  return () => writeFileSync(pipe, "");
}

test("what waits is found again by its host; while it is being read all else goes on; every second arrives once", async () => {
  zabbix = await ZabbixStandIn.start(HOST, [PING]);
  const server = zabbix;
  const bench = await Bench.at(HOST);
  const configure = (host: string) =>
    bench.configure([`Hostname=${host}`, `ServerActive=${HOST}:${server.server.at.port}`, "BufferSend=1"]);
  configure("late");
  const killed = await bench.start();
  await waitFor(() => server.of(PING).length > 0, { what: "a first value" });
  await server.server.close();
  const size = `tidemark.outbox.size[${HOST}:${server.server.at.port}]`;
  await waitFor(async () => (await bench.number(size)) > 1, { what: "values to wait" });
  await killed.kill();
  configure("mistyped");
  const mistyped = await bench.start();
  await waitFor(async () => FORMER.test((await bench.command("status")).stdout), { what: "the queue to be shown" });
  await mistyped.kill();
  configure("late");
  const release = held(bench.state);
  const daemon = await bench.start();
  await server.server.open();
  const ticks = sampledSeconds(bench.state).length;
  await waitFor(() => sampledSeconds(bench.state).length >= ticks + 2, { what: "samples" });
  expect((await bench.command("status")).stdout).toMatch(READING);
  expect((await bench.ask(size)).value).toBeNull();
  const known = JSON.parse(await bench.get("tidemark.outbox.discovery")) as readonly object[];
  expect(known).toHaveLength(1);
  const before = server.history.length;
  release();
  const joined = Date.now() / 1000;
  await waitFor(() => (server.of(PING).at(-1)?.clock ?? 0) > joined, { what: "values of after that" });
  await daemon.end();
  const clocks = server.of(PING).map(({ clock, ns }) => Math.floor(clock + ns / 1e9 + 0.05));
  expect(clocks.length).toBeGreaterThan(before);
  const [first = 0, last = 0] = [clocks[0], clocks.at(-1)];
  expect(clocks).toEqual(sampledSeconds(bench.state).filter((second) => second >= first && second <= last));
});
