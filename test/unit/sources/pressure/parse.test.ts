import { describe, expect, test } from "vitest";
import { parseCounter } from "../../../../src/sources/pressure/counter.ts";
import { CpuCounter, parseCpu } from "../../../../src/sources/pressure/cpu.ts";
import { parseDisks, wholeDisks } from "../../../../src/sources/pressure/disks.ts";
import { parseLoad } from "../../../../src/sources/pressure/load.ts";
import { parseNetworks } from "../../../../src/sources/pressure/networks.ts";
import { parseStalls } from "../../../../src/sources/pressure/stalls.ts";
import { sample } from "./samples.ts";

test.each([
  ["0", 0],
  ["9007199254740991", 9007199254740991],
  ["18446744073709551615", 2n ** 64n - 1n],
  ["-1", undefined],
  ["1.5", undefined],
  ["", undefined],
  [undefined, undefined],
  ["9".repeat(21), undefined],
])("parseCounter: %s", (text, want) => expect(parseCounter(text)).toBe(want));

describe("load", () => {
  test("the capture", () => {
    expect(Object.fromEntries(parseLoad(sample("a-loadavg")))).toEqual({ load1: 2.26, load5: 2.38, load15: 1.83 });
  });
  test.each(["", "2.26 2.38", "a b c 1/2 3", "2.26 2.38 -1 1/2 3"])("malformed: %j", (text) => {
    expect(parseLoad(text)).toEqual([]);
  });
});

describe("cpu", () => {
  test("the capture: eight columns, without guest time", () => {
    expect(parseCpu(sample("a-stat"))).toEqual([100932, 362, 58691, 335687, 19075, 0, 3845, 1238]);
  });
  test("an old kernel's five columns", () => expect(parseCpu("cpu  1 2 3 4 5\ncpu0 1 2 3 4 5\n")).toHaveLength(5));
  test.each(["", "cpu0 1 2 3 4 5 6\n", "cpu  1 2 3 4\n", "cpu a b c d e\n"])("malformed: %j", (text) => {
    expect(parseCpu(text)).toBeUndefined();
  });
  test("the counter starts where the kernel's stands, and a column that falls stands still", () => {
    const counter = new CpuCounter();
    expect(counter.put([1, 0, 0, 100, 50])).toEqual({ iowait: 50, other: 101 });
    expect(counter.put([3, 0, 0, 90, 48])).toEqual({ iowait: 50, other: 103 });
    expect(counter.put([3, 0, 0, 95, 53])).toEqual({ iowait: 55, other: 108 });
  });
});

describe("stalls", () => {
  test("the captures", () => {
    expect(Object.fromEntries(parseStalls(sample("a-pressure-io")))).toEqual({ some: 147694345, full: 105274414 });
  });
  test("a kernel whose cpu has no full", () => {
    const text = "some avg10=14.27 avg60=19.36 avg300=22.53 total=361465377\n";
    expect(Object.fromEntries(parseStalls(text))).toEqual({ some: 361465377 });
  });
  test.each(["", "some avg10=1.00 avg60=1.00 avg300=1.00\n", "some total=-1\n", "none total=5\n"])(
    "malformed: %j",
    (text) => expect([...parseStalls(text)]).toEqual([]),
  );
});

describe("disks", () => {
  const row = (name: string, more = "") => `   8       1 ${name} 10 0 80 5 20 0 160 7 0 9 12${more}`;

  test.each([
    ["14 columns", ""],
    ["18 columns, with discards", " 0 0 0 0"],
    ["20 columns, with flushes", " 0 0 0 0 1 2"],
    ["columns of the future", " 0 0 0 0 1 2 3 4"],
  ])("%s", (_, more) => {
    const [disk] = parseDisks(`${row("sda", more)}\n`);
    expect(disk).toMatchObject({ name: "sda", number: "8:1" });
    expect(Object.fromEntries(disk?.numbers ?? [])).toEqual({
      there: 1,
      sectors_read: 80,
      sectors_written: 160,
      busy: 9,
    });
  });
  test("the capture: one whole disk among loop devices and memory", () => {
    const disks = parseDisks(sample("a-diskstats"));
    expect(disks).toHaveLength(10);
    expect(wholeDisks(disks).map(({ name }) => name)).toEqual(["vda"]);
  });
  test.each(["", "8 1 sda 1 2 3", "   8       1 sda a b c d e f g h i j k", "8 1 sda 1 2 3 4 5 6 7 8 9 -10 11"])(
    "malformed: %j",
    (text) => expect(parseDisks(text)).toEqual([]),
  );
  test("partitions are left out, other names with digits are not", () => {
    const names = [
      "sda",
      "sda1",
      "sda12",
      "nvme0n1",
      "nvme0n1p3",
      "md1",
      "md12",
      "md0p1",
      "dm-0",
      "dm-1",
      "sr0",
      "xvda1",
    ];
    const disks = parseDisks(names.map((name) => row(name)).join("\n"));
    expect(wholeDisks(disks).map(({ name }) => name)).toEqual([
      ...["sda", "nvme0n1", "md1", "md12", "md0p1", "dm-0", "dm-1", "sr0", "xvda1"],
    ]);
  });
  test("a disk that never did anything is left out, one with exact large numbers is not", () => {
    const large = "8 0 sda 0 0 0 0 0 0 18446744073709551615 0 0 0 0";
    expect(wholeDisks(parseDisks(`8 16 sdb 0 0 0 0 0 0 0 0 0 0 0\n${large}`)).map(({ name }) => name)).toEqual(["sda"]);
    expect(parseDisks(large)[0]?.numbers.get("sectors_written")).toBe(2n ** 64n - 1n);
  });
});

describe("networks", () => {
  const HEAD = "Inter-|   Receive  |  Transmit\n face |bytes    packets |bytes    packets\n";
  const read = (text: string) =>
    parseNetworks(text).map(({ name, numbers }) => [name, numbers.get("received"), numbers.get("sent")]);

  test("received and sent bytes; an interface that carried nothing is left out", () => {
    const text = `${HEAD}    lo: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n  ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;
    expect(read(text)).toEqual([["lo", 10, 20]]);
  });
  test.each([
    ["no blank after the colon", "eth0:123456789 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0", ["eth0", 123456789, 20]],
    ["an alias", "  eth0:1: 5 1 0 0 0 0 0 0 6 2 0 0 0 0 0 0", ["eth0:1", 5, 6]],
    ["beyond 2^53", "e: 18446744073709551615 1 0 0 0 0 0 0 6 2 0 0 0 0 0 0", ["e", 2n ** 64n - 1n, 6]],
  ])("%s", (_, line, want) => expect(read(line)).toEqual([want]));
  test.each(["", HEAD, "eth0: 1 2 3", "eth0 1 1 0 0 0 0 0 0 6 2", "eth0: a 1 0 0 0 0 0 0 6 2 0"])(
    "malformed: %j",
    (text) => expect(read(text)).toEqual([]),
  );
});
