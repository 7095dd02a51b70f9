import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { waitFor } from "./wait.ts";
import { ZabbixStandIn } from "./zabbix-stand-in.ts";

const HOST = address(import.meta.url);
const PING = "agent.ping";
const MOST_SECONDS = 0.5;

let good: ZabbixStandIn;
let hanging: ZabbixStandIn;
let bench: Bench;
let daemon: Program;

const placeOf = ({ server }: ZabbixStandIn) => `${HOST}:${server.at.port}`;

beforeAll(async () => {
  good = await ZabbixStandIn.start(HOST, [PING]);
  hanging = await ZabbixStandIn.start(HOST, [PING]);
  hanging.server.script = () => undefined;
  bench = await Bench.at(HOST);
});

afterAll(async () => {
  await good.server.close();
  await hanging.server.close();
});

/** Values go on arriving from now on. */
async function expectFresh(server: ZabbixStandIn, count = 2): Promise<void> {
  const before = server.of(PING).length;
  await waitFor(() => server.of(PING).length >= before + count, { what: "fresh values" });
}

describe("one server hangs, one is refused, one has no address, one is well", () => {
  test("the well one gets all; passive checks and sampling do not mind", async () => {
    const refused = await freePort(HOST);
    const servers = [placeOf(hanging), `${HOST}:${refused}`, "no.such.name.invalid", placeOf(good)];
    bench.configure(["Hostname=faults", `ServerActive=${servers}`, "BufferSend=1", "RefreshActiveChecks=1"]);
    daemon = await bench.start();
    await expectFresh(good);
    for (let checks = 0; checks < 20; checks++) {
      const asked = performance.now();
      expect(await bench.get(PING)).toBe("1");
      expect((performance.now() - asked) / 1000).toBeLessThan(MOST_SECONDS);
    }
    expect(await bench.get("tidemark.tick.missed")).toBe("0");
  });

  test("status and tidemark's own items tell what each of them is like", async () => {
    const status = async () => (await bench.command("status")).stdout;
    await waitFor(async () => /no\.such\.name\.invalid .*cannot resolve/.test(await status()), {
      what: "the name's failure",
    });
    const lines = (await status()).split("\n");
    const line = (place: string) => lines.find((one) => one.startsWith(place)) ?? "";
    expect(line(placeOf(good))).toMatch(/ \d+s +1 +\d+ .* 0 +ok$/);
    expect(line("no.such.name.invalid")).toMatch(/ - +- +0 +- +0 +cannot resolve "no\.such\.name\.invalid"$/);
    expect(lines.join("\n")).toMatch(/connection refused by /);
    expect(await bench.get(`tidemark.outbox.size[${placeOf(good)}]`)).toMatch(/^\d$/);
    expect(await bench.get(`tidemark.outbox.size[no.such.name.invalid]`)).toBe("0");
    const rows: object[] = JSON.parse(await bench.get("tidemark.outbox.discovery"));
    expect(rows.length).toBe(4);
    expect((await bench.ask("tidemark.outbox.size[x]")).error).toMatch(/^No destination "x"; there are /);
  });

  test("a reload drops and adds destinations and leaves alone the one that stays", async () => {
    const lists = () => good.server.requests.filter(({ body }) => body.includes('"active checks"')).length;
    bench.configure(["Hostname=faults", `ServerActive=${placeOf(good)}`, "BufferSend=1", "RefreshActiveChecks=1"]);
    daemon.signal("SIGHUP");
    await waitFor(async () => !/no\.such\.name/.test((await bench.command("status")).stdout), { what: "the reload" });
    await expectFresh(good);
    expect(lists()).toBeGreaterThan(0);
    const clocks = good.of(PING).map(({ clock }) => clock);
    expect(new Set(clocks).size).toBe(clocks.length);
  });

  test("no place for the queue: values go on in memory, which is said", async () => {
    await daemon.end();
    rmSync(join(bench.state, "outbox"), { recursive: true });
    bench.configure([
      "Hostname=faults",
      `ServerActive=${placeOf(good)}`,
      "BufferSend=1",
      "RefreshActiveChecks=1",
      "StateDir=/proc/nothing",
    ]);
    daemon = await bench.start();
    await expectFresh(good);
    expect(daemon.log).toMatch(/will not survive a restart/);
    await daemon.end();
    expect(existsSync(join(bench.state, "outbox"))).toBe(false);
    expect(readdirSync(bench.directory)).toContain("tidemark.conf");
  });
});

test("ServerActive without Hostname is refused, and says why", async () => {
  bench.configure([`ServerActive=${placeOf(good)}`]);
  const { status, stderr } = await bench.command("check");
  expect(status).toBe(100);
  expect(stderr).toMatch(/:\d+: "ServerActive": needs Hostname, the name of a Zabbix host of tidemark's own/);
});
