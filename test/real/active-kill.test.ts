import { afterAll, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { pause, waitFor } from "./wait.ts";
import { sampledSeconds, ZabbixStandIn } from "./zabbix-stand-in.ts";

const HOST = address(import.meta.url);
const PING = "agent.ping";
/** Items that have a value in every slot that was sampled. */
const KEYS = [PING, "tidemark.rss", "agent.hostname", "tidemark.version"];

let zabbix: ZabbixStandIn | undefined;
afterAll(() => zabbix?.server.close());

test("killed -9 again and again, with answers that are lost: every sample arrives, once and in order", async () => {
  zabbix = await ZabbixStandIn.start(HOST, KEYS);
  const server = zabbix;
  const bench = await Bench.at(HOST);
  bench.configure(["Hostname=kill", `ServerActive=${HOST}:${server.server.at.port}`, "BufferSend=1"]);
  let daemon = await bench.start();
  await waitFor(() => server.of(PING).length >= 2, { what: "first values" });
  await server.server.close();
  for (let kills = 0; kills < 2; kills++) {
    await pause(1100 + 300 * kills);
    await daemon.kill();
    daemon = await bench.start();
  }
  server.mishap = () => "after"; // the first batch is kept, and sent again all the same
  await server.server.open();
  const kept = server.history.length;
  await waitFor(() => server.history.length > kept, { what: "a batch whose answer is lost" });
  await daemon.kill();
  server.mishap = () => undefined;
  daemon = await bench.start();
  const newest = () => server.of(PING).at(-1)?.clock ?? 0;
  const open = Date.now() / 1000;
  await waitFor(() => newest() > open, { what: "values of after the outage", seconds: 12 });
  await daemon.end();
  const sampled = sampledSeconds(bench.state);
  const [first = 0, last = 0] = [server.of(PING)[0]?.clock, newest()];
  const expected = sampled.filter((second) => second >= first && second <= last);
  expect(expected.length).toBeGreaterThan(3);
  for (const key of KEYS) {
    const clocks = server.of(key).map(({ clock, ns }) => Math.floor(clock + ns / 1e9 + 0.05));
    expect({ key, clocks: clocks.filter((clock) => clock >= first && clock <= last) }).toEqual({
      key,
      clocks: expected,
    });
  }
  expect(server.repeated).toBeGreaterThan(0);
  expect(server.changed).toBe(0);
});
