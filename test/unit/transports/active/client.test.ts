import { describe, expect, test } from "vitest";
import { address } from "../../../real/address.ts";
import { START } from "./bench.ts";
import { ITEM, messageOf, quick, SESSION, start, until, zabbix } from "./zabbix.ts";

const HOST = address(import.meta.url);

describe("a server that is well", () => {
  test("is asked for the list, and gets each slot's values once and in order", async () => {
    const server = await zabbix(HOST);
    const { sampled, client, outbox } = start([server]);
    for (let slot = 0; slot < 5; slot++) {
      sampled.tick();
      await until(`value ${slot}`, () => server.values().length === slot + 1);
    }
    expect(server.values()).toEqual(["0", "1", "2", "3", "4"]);
    const [asked] = server.of("active checks");
    expect(asked).toEqual({
      request: "active checks",
      host: "h",
      version: "7.0.0",
      variant: 2,
      session: SESSION,
      config_revision: 0,
      host_metadata: "meta",
      interface: "web.example",
      ip: "192.0.2.7",
      port: 10055,
    });
    const ids = server.of("agent data").flatMap(({ data }) => data?.map(({ id }) => id));
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    await until("the last answer", () => outbox.stats.rows === 0);
    expect([client.state, client.items, client.stats.rows]).toEqual(["ok", 1, 0]);
    expect(client.succeeded).toBeGreaterThan(1e9);
  });

  test("hears of the revision that it sent, and may say that nothing has changed", async () => {
    const server = await zabbix(HOST);
    server.list = { response: "success", config_revision: 42, data: [ITEM] };
    const { sampled } = start([server]);
    sampled.tick();
    await until("the first list", () => server.values().length === 1);
    server.list = { response: "success" };
    await until("more lists", () => server.of("active checks").length > 4);
    expect(
      server
        .of("active checks")
        .slice(-2)
        .map((one) => one["config_revision"]),
    ).toEqual([42, 42]);
    sampled.tick();
    await until("one more value", () => server.values().length === 2);
  });

  test("gets a heartbeat, and none when the frequency is 0", async () => {
    const [with1, without] = [await zabbix(HOST), await zabbix(HOST)];
    const one = start([with1], { times: { heartbeat: 0.05 } });
    const other = start([without]);
    one.sampled.tick();
    other.sampled.tick();
    await until("heartbeats", () => with1.of("active check heartbeat").length > 2);
    await until("lists", () => without.of("active checks").length > 4);
    expect(with1.of("active check heartbeat")[0]).toEqual({
      request: "active check heartbeat",
      host: "h",
      heartbeat_freq: 0.05,
      version: "7.0.0",
      variant: 2,
    });
    expect(without.of("active check heartbeat")).toEqual([]);
    expect(one.client.state).toBe("ok");
  });

  test("gets large messages compressed, small ones plain", async () => {
    const server = await zabbix(HOST);
    server.list = { response: "success", data: [{ ...ITEM, key: "own.text" }] };
    const { sampled } = start([server]);
    sampled.tick();
    await until("a value", () => server.values().length === 1);
    const compressed = (request: string) =>
      server.server.requests.filter((asked) => messageOf(asked).request === request).map((asked) => asked.compressed);
    expect(compressed("agent data")).toEqual([true]);
    expect(compressed("active checks")[0]).toBe(false);
  });

  test("that wants no values now gets them later, and all of them", async () => {
    const server = await zabbix(HOST);
    server.list = { response: "success", data: [ITEM], upload: "disabled" };
    const { sampled, client } = start([server]);
    sampled.tick(3);
    await until("lists", () => server.of("active checks").length > 3);
    expect(server.values()).toEqual([]);
    expect(client.state).toBe("it takes no values now");
    server.list = { response: "success", data: [ITEM] };
    sampled.tick(2);
    await until("the values", () => server.values().length === 3);
    expect(server.values()).toEqual(["2", "3", "4"]);
    server.data = { response: "failed", upload: "disabled" };
    sampled.tick();
    await until("it said no", () => server.values().length >= 4);
    await until("lists", () => server.of("active checks").length > 8);
    server.data = { response: "success" };
    sampled.tick();
    await until("the rest", () => server.values().at(-1) === "6");
    expect(new Set(server.values().slice(3))).toEqual(new Set(["5", "6"]));
    expect(client.state).toBe("ok");
  });

  test("whose clock is far off: values keep the clocks of their samples", async () => {
    const server = await zabbix(HOST);
    server.list = { ...server.list, clock: 86_400, ns: 5 };
    server.data = { ...server.data, clock: 4_000_000_000 };
    const { sampled, client } = start([server]);
    sampled.tick(2);
    await until("a value", () => server.values().length === 1);
    const [message] = server.of("agent data");
    expect(message?.data?.[0]).toMatchObject({ clock: START + 1, ns: 125_000_000 });
    expect(message).not.toHaveProperty("clock"); // with which a server would move ours
    expect(client.state).toBe("ok");
  });

  test("hears that its remote commands are not run", async () => {
    const server = await zabbix(HOST);
    server.list = { response: "success", data: [], commands: [{ command: "reboot", id: 7, wait: 1, timeout: 3 }] };
    const { sampled, log } = start([server], { times: { refresh: 60 } });
    sampled.tick();
    await until("an answer", () => server.of("agent data").length === 1);
    expect(server.of("agent data")[0]).toMatchObject({
      host: "h",
      commands: [{ id: 7, error: "tidemark runs no remote commands." }],
    });
    expect(log.lines).toEqual(['warning 1 remote commands of host "h" at z were refused: tidemark runs none.']);
  });

  test("that wants few of the values: they are counted and named, and not sent again", async () => {
    const server = await zabbix(HOST);
    const { sampled, outbox, log } = start([server]);
    sampled.tick();
    await until("a value", () => server.values().length === 1 && outbox.stats.rows === 0);
    server.data = { response: "success", info: "processed: 0; failed: 1; total: 1; seconds spent: 0.000100" };
    sampled.tick();
    await until("the count", () => outbox.failed === 1);
    expect(outbox.stats.rows).toBe(0);
    expect(log.lines).toEqual([expect.stringMatching(/^warning 1 of 1 values .* failed: 1;/)]);
  });
});

test("what a server says failed of a repeated batch is what it has already", async () => {
  const server = await zabbix(HOST);
  const { sampled, outbox, log } = start([server], quick());
  sampled.tick();
  await until("a value", () => server.values().length === 1 && outbox.stats.rows === 0);
  server.instead = ({ socket }, { request }) => request === "agent data" && Boolean(socket.destroy());
  sampled.tick();
  await until("a try", () => server.values().length > 1);
  server.data = { response: "success", info: "processed: 0; failed: 1; total: 1; seconds spent: 0.000100" };
  server.instead = () => false;
  await until("it is delivered", () => outbox.stats.rows === 0);
  expect(outbox.failed).toBe(0);
  expect(log.lines.filter((line) => line.includes("not wanted"))).toEqual([]);
});

describe("a host that the server does not know", () => {
  for (const [what, reason, lapsed] of [
    ["not there", "host [h] not found", false],
    ["disabled on 6.0", "host [h] not monitored", true],
    ["disabled on 7.0", 'host "h" not monitored', true],
  ] as const) {
    test(`${what}: said once, asked again, and its values come within one refresh`, async () => {
      const server = await zabbix(HOST);
      const { sampled, client, log } = start([server]);
      sampled.tick();
      await until("a value", () => server.values().length === 1);
      server.list = { response: "failed", info: reason };
      await until("it is noticed", () => client.state === reason);
      sampled.tick(3);
      const asked = server.of("active checks").length;
      await until("more tries", () => server.of("active checks").length > asked + 5);
      expect(server.values()).toEqual(["0"]);
      expect(log.lines.filter((line) => line.toLowerCase().includes(reason)).length).toBe(1);
      server.list = { response: "success", data: [ITEM] };
      await until("values", () => server.values().includes("3"));
      await until("all is well", () => client.state === "ok");
      expect(server.values()).toEqual(lapsed ? ["0", "3"] : ["0", "1", "2", "3"]);
      expect(log.lines.at(-1)).toBe('info Active checks of host "h" at z: all is well again.');
    });
  }

  test("unknown to the data port: the batch is kept, and sent when the host is known", async () => {
    const server = await zabbix(HOST);
    server.data = { response: "success", info: "unknown host 'h'" };
    const { sampled, outbox, client } = start([server], { times: { refresh: 0.1 } });
    sampled.tick();
    await until("it is noticed", () => client.state === "unknown host 'h'");
    expect(outbox.stats.rows).toBe(1);
    server.data = { response: "success" };
    await until("it is delivered", () => outbox.stats.rows === 0);
    expect(new Set(server.values())).toEqual(new Set(["0"]));
  });
});
