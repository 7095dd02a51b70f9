import { parseLocks } from "../../src/io/locks.ts";
import { lastLine, parseStamp, stampClock } from "../../src/io/log-stamp.ts";
import { parseArguments, parseRunScript } from "../../src/sources/logdir/command-line.ts";
import { rotatedNames } from "../../src/sources/logdir/files.ts";
import { newestStatus } from "../../src/sources/qmail/status-line.ts";
import { contentsOf, encodeCall, MessageReader } from "../../src/sources/supervise/dbus-message.ts";
import type { Value } from "../../src/sources/supervise/dbus-value.ts";
import { DeathTally } from "../../src/sources/supervise/death-tally.ts";
import { parseStatus } from "../../src/sources/supervise/status.ts";
import { Stamps } from "../../src/sources/supervise/systemd-stamps.ts";
import { factsOf, recordOf, type Unit, unitsOf, wanted } from "../../src/sources/supervise/systemd-unit.ts";
import { linesOf, newLines, windowOf } from "../../src/sources/supervise/title.ts";
import { samples, texts, words } from "./corpus.ts";
import type { Dice } from "./dice.ts";
import { type Fuzzed, must, parsedValue, pieces } from "./fuzzed.ts";

const LARGEST_STATUS = 64;

/** Every text in hexadecimal of the captured states. */
function statusRecords(): readonly Buffer[] {
  const all = samples("supervisors", /states\.json$/).map((json) => json.toString("utf8"));
  return all.flatMap((json) =>
    [...json.matchAll(/"((?:[0-9a-f]{2}){18,43})"/g)].map(([, hex]) => Buffer.from(hex ?? "", "hex")),
  );
}

const status: Fuzzed = {
  name: "status records of supervisors",
  stock: () => ({
    corpus: statusRecords(),
    dictionary: [Buffer.from("u"), Buffer.from("d"), Buffer.of(0x40, 0, 0, 0)],
  }),
  read: (bytes, dice) => {
    const record = bytes.subarray(0, LARGEST_STATUS);
    const found = parsedValue(parseStatus(record, dice.below(2) === 0));
    if (found === undefined) return;
    must(found.pid === undefined || (Number.isInteger(found.pid) && found.pid > 0), "a pid or none");
    must(["up", "down", "once"].includes(found.want), "what is wanted");
    must(
      Object.values(found.stamp).every((part) => typeof part !== "number" || Number.isFinite(part)),
      "a time",
    );
  },
};

const tally: Fuzzed = {
  name: "death tallies of s6",
  stock: () => ({ corpus: [Buffer.alloc(14 * 3, "@\0\0\0k"), Buffer.alloc(14, "@")], dictionary: [Buffer.alloc(14)] }),
  read: (bytes, dice) => {
    const deaths = new DeathTally();
    for (const piece of pieces(bytes, dice)) deaths.look(piece);
    must(deaths.total >= 0 && deaths.total <= bytes.length / 14, "no more deaths than records");
  },
};

const title: Fuzzed = {
  name: "titles of readproctitle and runsvdir",
  stock: () => ({
    corpus: samples("supervisors", /cmdline\.bin$/),
    dictionary: words("readproctitle runsvdir log: ... -P \\0 supervise: fatal:"),
  }),
  read: (bytes, dice) => {
    const [program = "", ...args] = bytes.toString("latin1").split("\0");
    const window = windowOf(program, args) ?? bytes.toString("latin1");
    const before = [...pieces(bytes, dice)].at(-1)?.toString("latin1") ?? "";
    for (const text of [...linesOf(window), ...newLines(before, window, dice.below(2) === 0)]) {
      must(text !== "" && !text.includes("\n"), "lines with something in them");
    }
  },
};

function busAnswers(): readonly Buffer[] {
  const [hex = Buffer.alloc(0)] = samples("systemd", /bus-answers\.hex$/);
  const captured = hex.toString("latin1").split("\n").slice(0, -1);
  const call = { destination: "a.b", path: "/a", interface: "a.b", member: "M", args: ["x", ["y", "z"]] } as const;
  return [...captured.map((line) => Buffer.from(line, "hex")), Buffer.from(encodeCall(call, 7))];
}

const bus: Fuzzed = {
  name: "messages of D-Bus",
  stock: () => ({
    corpus: busAnswers(),
    dictionary: [
      ...words("a(ssssssouso) a{sv} v ay aas (i) \\0 l B"),
      Buffer.from("vvvvvvvv"),
      Buffer.of(1, 0x76, 0),
      Buffer.of(1, 0x61, 0),
    ],
  }),
  read: (bytes, dice) => {
    const reader = new MessageReader();
    for (const piece of pieces(bytes, dice)) {
      const messages = parsedValue(reader.feed(piece));
      if (messages === undefined) return;
      for (const message of messages) {
        const values = parsedValue(contentsOf(message));
        if (values === undefined) continue;
        for (const unit of parsedValue(unitsOf(values)) ?? [UNIT]) mustBeRecord(unit, values, dice);
      }
    }
  },
};

const UNIT: Unit = { name: "a.service", load: "loaded", active: "inactive", sub: "dead", path: "/a", job: "" };

/** The record of a unit whose properties are whatever was said. */
function mustBeRecord(unit: Unit, values: readonly Value[], dice: Dice): void {
  const said = wanted(unit).flatMap(({ name }) => {
    const value = dice.oneOf(values);
    return value === undefined ? [] : [[name, value] as const];
  });
  const properties = new Map(said);
  const record = recordOf(unit, factsOf(properties), properties, new Stamps({ clock: 1_795_000_000, mono: 1000 }));
  must(record.name === unit.name && record.state !== undefined, "a record of the unit");
  if (record.kind === "unread") must(record.reason !== "", "a reason");
  else must(!Number.isNaN(record.since ?? 0) && !Number.isNaN(record.pid ?? 0), "a time and a pid, or none");
}

const logs: Fuzzed = {
  name: "lines, files and run scripts of loggers, status lines of qmail",
  stock: () => ({
    corpus: [
      ...samples("log-dirs", /current\.(head|tail)$/),
      ...texts(
        "#!/bin/sh\nexec setuidgid log multilog t s16777215 n50 ./main 2>&1\n",
        "#!/usr/bin/execlineb -P\nsvlogd -tt -r _ /var/log/x\n",
        "@4000000068f0a1b20f1e2d3c status: local 3/10 remote 7/20 exitasap\n",
        "@400000006b0229f303e4642c.s\n@400000006b0229f303e4642c.u\n@400000006b0229f403e4642c.t\nprevious\nstate\ncurrent\n",
        "1: FLOCK  ADVISORY  WRITE 4711 08:02:1234567 0 EOF\n2: POSIX  ADVISORY  READ  1 00:1a:7 0 EOF\n",
      ),
    ],
    dictionary: words(
      "@400000006b0229f303e4642c 2026-11-22_00:02:04.12345 multilog svlogd s6-log status: local 1/2 remote FLOCK WRITE",
    ),
  }),
  read: (bytes, dice) => {
    const whole = dice.below(2) === 0;
    const last = lastLine(bytes, whole);
    must(["line", "beyond", "none"].includes(last.kind), "a line or why not");
    const text = bytes.toString("latin1");
    const stamp = parseStamp(text);
    if (stamp !== undefined) must(!Number.isNaN(stampClock(stamp, 1_700_000_000, "multilog")), "a time");
    const keys = rotatedNames(text.split("\n")).map(({ key }) => key);
    must(
      keys.every((key, at) => at === 0 || (keys[at - 1] ?? "") < key),
      "each closed file once, oldest first",
    );
    for (const { directories } of parseRunScript(text)) must(Array.isArray(directories), "directories");
    parseArguments(text.split("\0"));
    for (const pid of parseLocks(text).values()) must(pid >= 0, "a pid");
    const found = newestStatus(bytes, whole);
    if (found?.kind === "slots") must(found.local.used >= 0 && found.remote.max >= 0, "slots");
  },
};

export const SUPERVISE_PARSERS: readonly Fuzzed[] = [status, tally, title, bus, logs];
