import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { numberOf, objectOf, Readings, type shown, sweepsOf } from "./reading.ts";

const SAMPLES = join(import.meta.dirname, "../../../../samples/rsyslog");
const names = readdirSync(SAMPLES).filter((name) => /\.log$|-via-/.test(name));
const PHASES = [
  "idle",
  "growing-in-memory",
  "spilling-to-disk",
  "full-and-discarding",
  "udp-burst",
  "draining",
  "drained",
];

/** Those of datagrams are one a line, quoted as Python does. */
function sample(name: string): string {
  const text = readFileSync(join(SAMPLES, name), "utf8");
  const unquoted = (line: string) => line.replace(/^'(.*?)(?:\\n)?'$/, "$1").replaceAll("\\\\", "\\");
  return name.endsWith(".log") ? text : text.split("\n").map(unquoted).join("\n");
}

test("every record of every capture is understood", async () => {
  let records = 0;
  for (const name of names) {
    const readings = await new Readings().read(sample(name));
    const { lines, records: found = 0, ...others } = readings.counts;
    const { duplicates, lostSweeps, unknown, ...faults } = others;
    expect(faults, name).toEqual({});
    // That one begins in the middle of a metric.
    expect(unknown, name).toBe(name === "8.2610-prometheus-backlog.log" ? 1 : undefined);
    expect(lines, name).toBeGreaterThanOrEqual(Math.min(found, 6));
    records += found;
  }
  expect(names.length).toBe(49);
  expect(records).toBe(3225);
});

describe("one sweep in each format says the same", () => {
  test.each(PHASES)("%s", async (phase) => {
    const formats = ["json", "cee", "json-elasticsearch", "legacy"];
    const found = await Promise.all(formats.map((format) => sweepsOf(sample(`8.2302-${format}-${phase}.log`))));
    for (const sweeps of found) {
      expect(sweeps).toHaveLength(1);
      expect(fieldNames(sweeps[0])).toEqual(fieldNames(found[0]?.[0]));
    }
  });

  /** The ports differ, and which user-made metrics there were by then. */
  function fieldNames(sweep: Parameters<typeof shown>[0] | undefined): readonly string[] {
    const objects = (sweep?.objects ?? []).filter(({ origin }) => origin !== "dynstats.bucket");
    return objects.map(({ origin, name, numbers }) => {
      return `${origin} ${name.replace(/241\d\d/, "PORT")} ${[...numbers.keys()].join()}`;
    });
  }
});

test("a long run: each sweep on its own, with the numbers that were seen", async () => {
  const sweeps = await sweepsOf(sample("8.2302-json-full-run.log"));
  expect(sweeps).toHaveLength(66);
  expect(sweeps.map(({ objects }) => objects.length)).toEqual(sweeps.map(() => 21));
  const sizes = (index: number) =>
    ["main Q", "main Q[DA]", "forward queue", "forward queue[DA]"].map((name) => numberOf(sweeps[index], name, "size"));
  expect(sizes(0)).toEqual([0, 0, 0, 0]);
  expect(sizes(6)).toEqual([0, 0, 301, 620]);
  expect(sizes(12)).toEqual([1401, 7816, 729, 1883]);
});

test("two actions to one target are one object, added up", async () => {
  const text = sample("8.2302-json-drained.log");
  const [sweep] = await sweepsOf(text);
  const sent = [...text.matchAll(/"TCP-127\.0\.0\.1-24101".*"bytes\.sent": (\d+)/g)].map(([, bytes]) => Number(bytes));
  expect(sent).toHaveLength(2);
  expect(numberOf(sweep, "TCP-127.0.0.1-24101", "bytes.sent")).toBe(sent.reduce((a, b) => a + b));
});

test("json-elasticsearch: dots in the counters' names again", async () => {
  const [sweep] = await sweepsOf(sample("8.2302-json-elasticsearch-full-and-discarding.log"));
  expect([...(objectOf(sweep, "main Q")?.numbers.keys() ?? [])]).toContain("discarded.full");
});

test("zabbix: a line is a sweep", async () => {
  const sweeps = await sweepsOf(sample("8.2610-zabbix-backlog.log"));
  expect(sweeps).toHaveLength(5);
  expect(sweeps.map(({ objects }) => objects.length)).toEqual([19, 19, 19, 19, 19]);
  expect(numberOf(sweeps.at(-1), "main Q", "enqueued")).toBe(2500);
  expect(objectOf(sweeps[0], "imudp(127.0.0.1/24300/IPv4)")?.origin).toBe("imudp");
});

test("prometheus: numbers of an object come line by line", async () => {
  const [sweep, more] = await sweepsOf(sample("8.2610-prometheus-backlog.log"));
  expect(more).toBeUndefined();
  expect(objectOf(sweep, "main Q")?.origin).toBe("core.queue");
  expect(objectOf(sweep, "main Q")?.numbers.size).toBe(7);
  expect(objectOf(sweep, "w1/imtcp")?.numbers.has("starvation_protect")).toBe(true);
});

test.each(["json", "cee", "json-elasticsearch", "legacy"])(
  "datagrams of the %s format, with BEGIN and END",
  async (format) => {
    const [sweep] = await sweepsOf(sample(`8.2302-via-unix-dgram-${format}.txt`));
    expect(sweep?.objects).toHaveLength(8);
    expect(numberOf(sweep, "main Q", "size")).toBe(9);
    expect(numberOf(sweep, "UDP-127.0.0.1-24170", "bytes.sent")).toBe(0);
  },
);
