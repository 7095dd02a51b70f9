import { describe, expect, test } from "vitest";
import { address } from "../../../real/address.ts";
import { ITEM, quick, start, until, type Zabbix, zabbix } from "./zabbix.ts";

const HOST = address(import.meta.url);

const addressOf = ({ server }: Zabbix) => `${HOST}:${server.at.port}`;

describe("a cluster", () => {
  test("the first node refuses: the second one gets all, at once, and stays in use", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    await first.server.close();
    const { sampled, client, log } = start([first, second]);
    sampled.tick();
    await until("a value", () => second.values().length === 1);
    await first.server.open();
    sampled.tick();
    await until("one more", () => second.values().length === 2);
    expect(first.messages).toEqual([]);
    expect(client.state).toBe("ok");
    expect(log.lines).toEqual([]);
  });

  test("the node in use goes: the next one gets what waits, with the ids that it had", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.instead = ({ socket }, { request }) => request === "agent data" && Boolean(socket.destroy());
    const { sampled, outbox } = start([first, second]);
    sampled.tick();
    await until("the value", () => second.values().length === 1 && outbox.stats.rows === 0);
    expect(second.of("agent data")[0]).toEqual(first.of("agent data")[0]);
    expect(first.of("agent data").length).toBe(1);
  });

  test("a node that does not know the host is left for one that does", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.list = { response: "failed", info: "host [h] not found" };
    const { sampled, client } = start([first, second]);
    sampled.tick();
    await until("a value", () => second.values().length === 1);
    expect(client.state).toBe("ok");
  });

  test("all nodes gone: one line, and a pause after each round", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    await first.server.close();
    await second.server.close();
    const { sampled, client, log } = start([first, second], { ...quick(), times: { refresh: 2, timeout: 120 } });
    sampled.tick();
    await until("it is noticed", () => client.state === `connection refused by ${addressOf(second)}`);
    await second.server.open();
    await until("all is well", () => client.state === "ok");
    expect(log.lines.map((line) => line.split(" ")[0])).toEqual(["warning", "info"]);
  });
});

describe("a redirect", () => {
  test("is followed at once, by lists and values alike", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.list = { response: "failed", redirect: { revision: 3, address: addressOf(second) } };
    const { sampled, client, log } = start([first]);
    sampled.tick();
    await until("a value", () => second.values().length === 1);
    expect(first.messages.length).toBe(1);
    expect([client.state, log.lines]).toEqual(["ok", []]);
  });

  test("comes in answer to values, too: the batch goes to the new place", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.data = { response: "failed", redirect: { revision: 1, address: addressOf(second) } };
    const { sampled, outbox } = start([first], { times: { refresh: 60 } });
    sampled.tick();
    await until("the value", () => second.values().length === 1 && outbox.stats.rows === 0);
    expect(second.of("agent data")[0]).toEqual(first.of("agent data")[0]);
    sampled.tick();
    await until("one more", () => second.values().length === 2);
    expect(first.values().length).toBe(1);
  });

  test("in answer to a heartbeat moves all", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.instead = (asked, { request }) => {
      if (request !== "active check heartbeat") return false;
      first.answer(asked, { response: "failed", redirect: { revision: 1, address: addressOf(second) } });
      return true;
    };
    const { sampled } = start([first], { times: { heartbeat: 60 } });
    sampled.tick();
    await until("a list there", () => second.of("active checks").length > 0);
    expect(second.of("active check heartbeat").length).toBe(1);
  });

  test("that is reset leads back", async () => {
    const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
    first.list = { response: "failed", redirect: { revision: 3, address: addressOf(second) } };
    const { sampled } = start([first]);
    sampled.tick();
    await until("a value there", () => second.values().length === 1);
    first.list = { response: "success", data: [ITEM] };
    second.list = { response: "failed", redirect: { reset: true } };
    await until("lists here", () => first.of("active checks").length > 3);
    sampled.tick();
    await until("a value here", () => first.values().length === 1);
  });

  for (const [what, redirect] of [
    ["in a circle", (_first: Zabbix, second: Zabbix) => addressOf(second)],
    ["to itself", (first: Zabbix) => addressOf(first)],
    ["to nowhere", () => "a b"],
  ] as const) {
    test(`${what} is an error, with pauses`, async () => {
      const [first, second] = [await zabbix(HOST), await zabbix(HOST)];
      first.list = { response: "failed", redirect: { revision: 1, address: redirect(first, second) } };
      second.list = { response: "failed", redirect: { revision: 1, address: addressOf(first) } };
      const { sampled, client } = start([first], { ...quick(), times: { refresh: 2, timeout: 120 } });
      sampled.tick();
      await until("it is noticed", () => /^it redirects/.test(client.state));
      const before = first.messages.length + second.messages.length;
      expect(before).toBeLessThan(9);
      first.list = { response: "success", data: [ITEM] };
      second.list = { response: "success", data: [ITEM] };
      await until("all is well", () => client.state === "ok");
    });
  }
});
