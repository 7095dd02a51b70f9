import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configurationOf } from "../../../../src/sources/rsyslog/configuration/configuration.ts";
import { deliversAt, parseSize } from "../../../../src/sources/rsyslog/configuration/queue-settings.ts";
import { parseStatements } from "../../../../src/sources/rsyslog/configuration/statements.ts";

function read(text: string, hidden = false) {
  const unread = hidden ? [{ path: "/etc/x", code: "EACCES", reason: "permission denied" }] : [];
  return configurationOf(parseStatements(text), unread);
}

const sizeOf = (text: string, queue: string) => read(text).queues.get(queue)?.size;

describe("what rsyslogd's configuration says of queues", () => {
  test("a captured one", () => {
    const found = read(readFileSync("test/samples/rsyslog/8.2302-run.conf", "utf8"));
    expect(found.workDirectory).toBe("/var/spool/rsjson");
    expect(found.stats).toEqual({
      interval: 2,
      resetCounters: false,
      file: "/var/log/rsjson/stats.log",
      format: "json",
    });
    expect(
      [...found.queues].map(([name, { type, size, maxDiskSpace, filename }]) => [
        name,
        type,
        size,
        maxDiskSpace,
        filename,
      ]),
    ).toEqual([
      ["main Q", "linkedlist", 2000, 4 << 20, "mainq"],
      ["forward queue", "linkedlist", 1000, 1 << 20, "fwdq"],
      ["forward_ram queue", "fixedarray", 500, undefined, undefined],
      ["disk_only queue", "disk", 1000, 1 << 20, "diskq"],
    ]);
  });

  test("legacy directives hold for the next action line only", () => {
    const text = [
      "$WorkDirectory /var/spool/rsyslog",
      "$MainMsgQueueSize 70000",
      "$ActionQueueType LinkedList",
      "$ActionQueueSize 5000",
      "$ActionQueueFileName fwd",
      "$ActionName remote",
      "*.* @@host:514",
      "*.* /var/log/all",
      "$ActionQueueType LinkedList",
      "& @other",
    ].join("\n");
    const { queues, workDirectory } = read(text);
    expect(workDirectory).toBe("/var/spool/rsyslog");
    expect([...queues].map(([name, { size, filename }]) => [name, size, filename])).toEqual([
      ["main Q", 70_000, undefined],
      ["remote queue", 5000, "fwd"],
      ["action-2-builtin:omfwd queue", 1000, undefined],
    ]);
  });

  test("unnamed actions are numbered in their order, in both syntaxes, from 0 on", () => {
    const text = `*.* /a
if $x == "action(" then { action(type="omprog" queue.type="LinkedList" queue.size="7") }
ruleset(name="rs" queue.size="9") { action(type="omfwd" queue.size="8") }`;
    expect(sizeOf(text, "action-1-omprog queue")).toBe(7);
    expect(sizeOf(text, "action-2-builtin:omfwd queue")).toBe(8);
    expect(sizeOf(text, "rs")).toBe(9);
  });

  test("where a part cannot be read, numbers are not known, names are", () => {
    const text = 'action(type="omfwd" queue.size="8")\naction(name="n" type="omfwd" queue.size="8")';
    expect([...read(text, true).queues.keys()]).toEqual(["n queue"]);
  });

  test("a main or ruleset queue without a size has none that is known; an action's has rsyslog's own", () => {
    const text =
      'main_queue(queue.type="LinkedList")\nruleset(name="r" queue.type="Direct"){}\naction(name="a" queue.type="FixedArray")';
    expect(read(text).queues.get("main Q")?.size).toBeUndefined();
    expect(read(text).queues.get("r")?.size).toBeUndefined();
    expect(sizeOf(text, "a queue")).toBe(1000);
  });

  test("a size that is none is not known, and not the usual one", () => {
    expect(sizeOf('action(name="a" queue.size="lots")', "a queue")).toBeUndefined();
  });

  const stats = [
    {
      text: 'module(load="impstats")',
      want: { interval: undefined, resetCounters: false, file: undefined, format: undefined },
    },
    {
      text: 'module(load="impstats" interval="60" resetCounters="on" log.file="/s" format="cee")',
      want: { interval: 60, resetCounters: true, file: "/s", format: "cee" },
    },
    {
      text: "$ModLoad impstats\n$PStatInterval 30",
      want: { interval: 30, resetCounters: false, file: undefined, format: undefined },
    },
    { text: "$PStatInterval 30", want: undefined },
    { text: 'module(load="imudp")', want: undefined },
  ];
  for (const { text, want } of stats) test(`impstats: ${text}`, () => expect(read(text).stats).toEqual(want));
});

const sizes: readonly (readonly [string | undefined, number | undefined])[] = [
  ["1000", 1000],
  ["1k", 1024],
  ["1K", 1000],
  ["2g", 2 ** 31],
  ["2G", 2e9],
  ["", undefined],
  ["-1", undefined],
  ["1x", undefined],
  ["1 g", undefined],
  [undefined, undefined],
];
for (const [text, want] of sizes) test(`parseSize: ${text}`, () => expect(parseSize(text)).toBe(want));

const hours = [
  { from: 22, to: 6, open: [22, 23, 0, 5], closed: [6, 12, 21] },
  { from: 8, to: 18, open: [8, 17], closed: [7, 18, 0] },
];
for (const { from, to, open, closed } of hours) {
  test(`deliversAt: ${from} to ${to}`, () => {
    const text = `main_queue(queue.dequeueTimeBegin="${from}" queue.dequeueTimeEnd="${to}")`;
    const settings = read(text).queues.get("main Q");
    if (settings === undefined) throw new Error("it has a queue");
    expect(open.filter((hour) => !deliversAt(settings, hour))).toEqual([]);
    expect(closed.filter((hour) => deliversAt(settings, hour))).toEqual([]);
  });
}
