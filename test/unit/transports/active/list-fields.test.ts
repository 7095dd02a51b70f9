import { expect, test } from "vitest";
import { address } from "../../../real/address.ts";
import { zoneNamed } from "../../zabbix/zones.ts";
import { Sampled } from "./bench.ts";
import { item, newItems, slotsOf } from "./new-items.ts";
import { ITEM, start, until, zabbix } from "./zabbix.ts";

const HOST = address(import.meta.url);

test("an item's own timeout, of whatever form, changes nothing: its value comes from memory", async () => {
  const server = await zabbix(HOST);
  const timeouts = ["1s", "600s", 5, "0", "{$TIMEOUT}", null, [], undefined];
  const data = timeouts.map((timeout, at) => ({ ...ITEM, itemid: at + 1, timeout }));
  server.list = { response: "success", data };
  const { sampled, client, log } = start([server]);
  sampled.tick();
  await until("all values", () => data.every(({ itemid }) => server.values(itemid).length === 1));
  expect(client.items).toBe(data.length);
  expect(log.lines).toEqual([]);
});

test("the items of another host: what the server refuses is counted and not repeated, and its next list counts", async () => {
  const server = await zabbix(HOST);
  const { sampled, outbox, log } = start([server]);
  sampled.tick();
  await until("a value", () => server.values().length === 1 && outbox.stats.rows === 0);
  server.list = { response: "success", config_revision: 2, data: [{ ...ITEM, itemid: 900, host: "other" }] };
  server.data = { response: "success", info: "processed: 0; failed: 1; total: 1; seconds spent: 0.000100" };
  await until("a refused value", () => server.values(900).length === 1 && outbox.failed === 1);
  server.list = { response: "success", config_revision: 3, data: [ITEM] };
  server.data = { response: "success", info: "processed: 1; failed: 0; total: 1; seconds spent: 0.000100" };
  await until("the list to be known", () => server.of("active checks").at(-1)?.["config_revision"] === 3);
  sampled.tick();
  await until("a value of its own", () => server.values().at(-1) === "1");
  expect(server.values(900)).toEqual(["0"]);
  expect(outbox.failed).toBe(1);
  expect(log.lines.filter((line) => line.includes("not wanted"))).toHaveLength(1);
});

/** Values of an item each half hour of a day in Berlin, by their time in UTC. */
async function halfHours(day: string, delay: string): Promise<readonly string[]> {
  const midnight = Date.parse(`${day}T00:00:00Z`) / 1000;
  const sampled = new Sampled({ step: 1800, slots: 50 });
  const stampOf = (slot: number) => {
    const stamp = sampled.stampOf(slot);
    return stamp === undefined ? undefined : { ...stamp, clock: midnight + slot * 1800 + 0.125 };
  };
  const { items, outbox } = newItems(sampled, { stampOf, zone: zoneNamed("Europe/Berlin") });
  sampled.tick();
  items.replace([item(0, "cache.items", delay)]);
  for (let slot = 1; slot < 12; slot++) {
    sampled.tick();
    await items.evaluate();
  }
  const slots = slotsOf(outbox.valuesOf(0).map((text) => text.split(": ")[1] ?? ""));
  return slots.map((slot) => new Date((midnight + slot * 1800) * 1000).toISOString().slice(11, 16));
}

const changes = [
  { what: "a time that the spring change skips does not come", day: "2026-03-29", delay: "0;h2m30", at: [] },
  { what: "a time behind the spring change comes an hour earlier", day: "2026-03-29", delay: "0;h4", at: ["02:00"] },
  {
    what: "a time in the repeated autumn hour comes twice",
    day: "2026-10-25",
    delay: "0;h2m30",
    at: ["00:30", "01:30"],
  },
  { what: "a time behind the autumn change comes by the new time", day: "2026-10-25", delay: "0;h4", at: ["03:00"] },
  {
    what: "a flexible period goes by the time of the zone",
    day: "2026-03-30",
    delay: "0;30m/1,03:00-04:00",
    at: ["00:00", "01:00", "01:30"],
  },
  {
    what: "its boundary is missed on the day itself, as by Zabbix's own agents, which add seconds to midnight",
    day: "2026-03-29",
    delay: "0;30m/7,03:00-04:00",
    at: ["00:00"],
  },
];
for (const { what, day, delay, at } of changes) {
  test(`when clocks change: ${what}`, async () => {
    expect(await halfHours(day, delay)).toEqual(at);
  });
}
