import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberOf, Readings, shown, sweepsOf } from "./reading.ts";
import { ctime, records, START, sweepText } from "./text.ts";

const values = (sweeps: readonly Parameters<typeof numberOf>[0][]) =>
  sweeps.map((sweep) => numberOf(sweep, "main Q", "enqueued"));
const raw = (value: number) => `${records(value).join("\n")}\n`;
const stamped = (second: number, text: string) => `${ctime(START + second)}${text}\n`;

describe("where one sweep ends and the next begins", () => {
  test("by time", async () => {
    const sweeps = await sweepsOf([-20, -10, 0].map((second) => sweepText(START + second)).join(""));
    expect(sweeps.map(({ clock }) => clock)).toEqual([START - 20, START - 10, START]);
    expect(values(sweeps)).toEqual([START - 20, START - 10, START]);
    expect(sweeps.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  test("by time, though no object is in both", async () => {
    const text = stamped(-10, '{"name":"a","origin":"o","n":1}') + stamped(0, '{"name":"b","origin":"o","n":2}');
    expect((await sweepsOf(text)).map(shown)).toEqual([["a n=1"], ["b n=2"]]);
  });

  test("one that straddles a second is one", async () => {
    const [first = "", ...others] = records(5);
    const text = stamped(-1, first) + others.map((record) => stamped(0, record)).join("");
    expect(await sweepsOf(text)).toMatchObject([{ clock: START - 1, objects: { length: 4 } }]);
  });

  test("each second a sweep, and each of them straddles", async () => {
    const [first = "", ...others] = records(5);
    const sweep = (second: number) => stamped(second, first) + others.map((one) => stamped(second + 1, one)).join("");
    const sweeps = await sweepsOf([-5, -4, -3, -2, -1].map(sweep).join(""));
    expect(sweeps.map(({ clock, objects }) => [clock - START, objects.length])).toEqual(
      [-5, -4, -3, -2, -1].map((second) => [second, 4]),
    );
  });

  test("the next one may begin in the second in which one ended", async () => {
    const [first = "", ...others] = records(5);
    const sweep = (second: number) =>
      `BEGIN\n${stamped(second, first)}${others.map((one) => stamped(second + 1, one)).join("")}END\n`;
    const readings = await new Readings().read([-5, -4, -3, -2, -1].map(sweep).join(""));
    expect(readings.take().map(({ objects }) => objects.length)).toEqual([4, 4, 4, 4, 4]);
    expect(readings.counts["late"]).toBeUndefined();
  });

  test("without times, by the record that comes again", async () => {
    expect(values(await sweepsOf(raw(1) + raw(2) + raw(3)))).toEqual([1, 2, 3]);
  });

  test("without times and without its first record, by the time at which it comes", async () => {
    const readings = new Readings();
    readings.reader.begin();
    await readings.read(raw(1), 0);
    await readings.read(`${records(2).slice(1).join("\n")}\n`, 0.9);
    readings.reader.quiet();
    expect(values(readings.take())).toEqual([1, 2]);
  });

  test("by BEGIN and END", async () => {
    const readings = await new Readings().read(`BEGIN\n${raw(1)}END\n`);
    expect(values(readings.take())).toEqual([1]);
    await readings.read(`BEGIN\n${raw(2)}BEGIN\n${raw(3)}END\n${raw(4)}END\n`);
    expect(values(readings.take())).toEqual([2, 3, 4]);
    expect(readings.counts).toEqual({ lines: 22, records: 16 });
  });

  test("BEGIN or END alone", async () => {
    expect(values(await sweepsOf(`BEGIN\n${raw(1)}BEGIN\n${raw(2)}`))).toEqual([1, 2]);
    expect(values(await sweepsOf(`${raw(1)}END\n${raw(2)}END\n`))).toEqual([1, 2]);
    expect(await sweepsOf("BEGIN\nEND\nEND\nBEGIN\n")).toEqual([]);
  });

  test("of a length that changes", async () => {
    const more = (second: number) => sweepText(START + second) + stamped(second, '{"name":"b","origin":"o","n":2}');
    const text = sweepText(START - 40) + more(-30) + more(-20) + sweepText(START - 10) + more(0);
    expect((await sweepsOf(text)).map(({ objects }) => objects.length)).toEqual([4, 5, 5, 4, 5]);
  });

  test("two in one second, as when rsyslogd stops right after a report: two, and so are all that follow", async () => {
    const texts = [-20, -10, -10, -4, -3, -2].map((second) => sweepText(START + second));
    const sweeps = await sweepsOf(texts.join(""));
    expect(values(sweeps)).toEqual([-20, -10, -10, -4, -3, -2].map((second) => START + second));
  });

  test("two in the first second that is read: not known apart, so none; all that follow are", async () => {
    const texts = [-10, -10, -4, -3, -2].map((second) => sweepText(START + second));
    const sweeps = await sweepsOf(texts.join(""));
    expect(values(sweeps)).toEqual([-4, -3, -2].map((second) => START + second));
  });

  test("the clock is set back", async () => {
    const readings = new Readings();
    readings.reader.begin();
    for (const second of [0, -1800, -1790]) await readings.read(sweepText(START + second), second);
    readings.reader.quiet();
    expect(readings.take().map(({ clock }) => clock - START)).toEqual([0, -1800, -1790]);
  });

  test("its beginning was not seen: it is none, unless all is there", async () => {
    const cut = (second: number) =>
      sweepText(START + second)
        .split("\n")
        .slice(2)
        .join("\n");
    const readings = await new Readings().read(cut(-20) + sweepText(START - 10) + sweepText(START));
    expect(values(readings.take())).toEqual([START - 10]);
    readings.reader.cut();
    await readings.read(cut(10) + sweepText(START + 20) + sweepText(START + 30), 30);
    expect(values(readings.take())).toEqual([START, START + 20]);
    readings.reader.cut();
    await readings.read(sweepText(START + 40) + sweepText(START + 50), 50);
    expect(values(readings.take())).toEqual([START + 30, START + 40]);
    expect(readings.counts["lostSweeps"]).toBe(2);
  });
});

describe("objects of one name", () => {
  const twin = (bytes: number | bigint, high: number) =>
    `{ "name": "TCP", "origin": "omfwd", "bytes.sent": ${bytes}, "maxqsize": ${high} }`;
  const sweep = (second: number, bytes = 1) =>
    sweepText(START + second) + stamped(second, twin(bytes, 7)) + stamped(second, twin(2 * bytes, 5));

  test("are added up, of high-water marks the larger counts", async () => {
    const readings = await new Readings().read(
      `BEGIN\na: origin=o \n${twin(3, 7)}\n${twin(4, 5)}\n${twin(2n ** 53n, 9)}\nEND\n`,
    );
    expect(readings.take().map(shown)).toEqual([["a", `TCP bytes.sent=${2n ** 53n + 7n} maxqsize=9`]]);
    expect(readings.counts).toEqual({ lines: 6, records: 4, duplicates: 2 });
  });

  test("a fraction and a number at the end of what a number can hold are summed, too", async () => {
    const record = (n: string) => stamped(0, `{"name":"a","origin":"o","n":${n}}`);
    const text = stamped(0, '{"name":"z","origin":"o","n":1}') + record("0.5") + record("9007199254740991");
    expect((await sweepsOf(text)).map(shown)).toEqual([["z n=1", "a n=9007199254740992"]]);
    const large = stamped(0, '{"name":"z","origin":"o","n":1}') + record("0.5") + record("18446744073709551615");
    expect((await sweepsOf(large)).map(shown)).toEqual([["z n=1", "a n=18446744073709552000"]]);
  });

  test("are one though a second ends between them, once that is known of them", async () => {
    const [head, tail] = [sweepText(START - 10) + stamped(-10, twin(10, 7)), stamped(-9, twin(20, 7))];
    const sweeps = await sweepsOf(sweep(-20) + head + tail + sweep(0));
    expect(sweeps.map((each) => numberOf(each, "TCP", "bytes.sent"))).toEqual([3, 30, 3]);
  });

  test("a record that has come again in another second is of the next sweep, though the first ones are lost", async () => {
    const lost = sweepText(START - 1)
      .split("\n")
      .slice(2)
      .join("\n");
    expect(values(await sweepsOf(sweepText(START - 2) + lost))).toEqual([START - 2, START - 1]);
  });
});

describe("lines that come mixed up", () => {
  const lines = (second: number) =>
    sweepText(START + second)
      .trimEnd()
      .split("\n");

  test("of two sweeps", async () => {
    const [first, second, third] = [lines(-20), lines(-10), lines(0)];
    const mixed = [...first.slice(0, 2), ...second.slice(0, 1), ...first.slice(2), ...second.slice(1), ...third];
    const sweeps = await sweepsOf(`${lines(-30).join("\n")}\n${mixed.join("\n")}\n`);
    expect(values(sweeps)).toEqual([-30, -20, -10, 0].map((at) => START + at));
    expect(sweeps.map(({ objects }) => objects.length)).toEqual([4, 4, 4, 4]);
  });

  test("too late: left out and counted", async () => {
    const readings = new Readings();
    readings.reader.begin();
    const [first = "", ...others] = lines(0);
    await readings.read(`${first}\n`);
    readings.reader.quiet();
    await readings.read(`${others.join("\n")}\n`);
    readings.reader.quiet();
    expect(readings.take()).toMatchObject([{ objects: { length: 1 } }]);
    expect(readings.counts).toEqual({ lines: 4, records: 4, late: 3 });
  });
});

describe("bytes in any pieces", () => {
  const zabbix = `{ "timedate": "Sat Nov 21 23:36:40 2026", "stats_a": [${records(9).join(",")}], "stats_b": [] }\n`;
  const legacy = (second: number) => stamped(second, "käse Q: origin=core.queue size=1 full=2 ");
  const help = '# HELP m rsyslog stats: origin="o" object="b", counter="c"\n# TYPE m counter\nm 5\n\n';
  const text = [
    sweepText(START - 50),
    `<47>Nov 21 23:36:00 vm rsyslogd-pstats: BEGIN\n<47>Nov 21 23:36:00 vm rsyslogd-pstats: ${records(2)[3]}\nEND\n`,
    "nonsense\n\n\0\0\r\n",
    legacy(-30) + legacy(-20),
    `${ctime(START - 15)}${help}`,
    `${ctime(START - 10)}${zabbix}`,
    sweepText(START, 2n ** 64n - 1n),
  ].join("");
  const bytes = Buffer.from(text);

  test("the same sweeps", async () => {
    const whole = await sweepsOf(text);
    expect(whole.map(({ clock }) => clock - START)).toEqual([-50, -40, -30, -20, -15, -10, 0]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 60 }), async (cuts) => {
        const readings = new Readings();
        readings.reader.begin();
        const ends = [...cuts, bytes.length].sort((a, b) => a - b);
        for (const [index, end] of ends.entries()) await readings.read(bytes.subarray(ends[index - 1] ?? 0, end));
        readings.reader.quiet();
        expect(readings.take()).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test("one by one", async () => {
    const readings = new Readings();
    readings.reader.begin();
    for (let at = 0; at < bytes.length; at += 1) await readings.read(bytes.subarray(at, at + 1));
    readings.reader.quiet();
    expect(readings.take()).toEqual(await sweepsOf(text));
  });
});

describe("too much", () => {
  test("a line of 10 MB is passed over, in small memory", async () => {
    const readings = new Readings();
    await readings.read(sweepText(START - 20));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let chunk = 0; chunk < 160; chunk += 1) {
      await readings.read(Buffer.alloc(65_536, "x"));
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    await readings.read(`\n${sweepText(START - 10)}${sweepText(START)}`);
    expect(readings.counts).toMatchObject({ tooLong: 1, records: 12 });
    expect(values(readings.take())).toEqual([START - 10]);
    expect(most).toBeLessThan(40e6);
  });

  test("a sweep has no end of objects", async () => {
    const readings = new Readings();
    await readings.read("BEGIN\n");
    for (let block = 0; block < 5; block += 1) {
      const names = Array.from({ length: 5000 }, (_, index) => `q${block * 5000 + index}: origin=o a=1 `);
      await readings.read(`${names.join("\n")}\n`);
    }
    await readings.read("END\n");
    expect(readings.take()[0]?.objects).toHaveLength(22_222);
    expect(readings.counts["surplus"]).toBe(2778);
  });

  test("sweeps that nobody takes make room for newer ones", async () => {
    const readings = new Readings();
    const names = Array.from({ length: 20_000 }, (_, index) => `q${index}: origin=o a=1 `).join("\n");
    for (let sweep = 0; sweep < 9; sweep += 1) await readings.read(`BEGIN\n${names}\nEND\n`);
    const { lostSweeps = 0 } = readings.counts;
    expect(readings.take().map(({ number }) => number)).toEqual([5, 6, 7, 8, 9]);
    expect(lostSweeps).toBe(4);
  });

  test("a cut sweep in zabbix format is none unless all is there, and hurts no other", async () => {
    const line = (value: number) => `{ "timedate": "x", "stats_a": [${records(value).join(",")}] }`;
    const cut = line(2).slice(0, -40);
    expect(values(await sweepsOf(`${line(1)}\n${cut}\n${line(3)}}\n${line(4)}\n`))).toEqual([1, 3, 4]);
  });
});

test("a spoofed time is not later than now", async () => {
  const sweeps = await sweepsOf(sweepText(START + 86_400 * 900));
  expect(sweeps.map(({ clock }) => clock)).toEqual([START]);
});

test("the interval is that of most sweeps", async () => {
  const readings = await new Readings().read(
    [-3000, -2000, -40, -30, -20, -10, 0].map((at) => sweepText(START + at)).join(""),
  );
  expect(readings.reader.sweeps.interval).toBe(10);
  expect((await new Readings().read(sweepText(START))).reader.sweeps.interval).toBeUndefined();
});
