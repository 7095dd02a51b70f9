import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { descriptorSink, LineLog } from "../../../src/io/stderr-log.ts";

/** A log whose clock is moved by hand and whose sink can be told to refuse. */
function journal(options: { readonly debugLevel?: number; readonly prefix?: boolean } = {}) {
  const lines: string[] = [];
  const state = { now: 0, refuse: false, closed: false };
  const write = (line: string) => {
    if (!state.refuse) lines.push(line);
    return !state.refuse;
  };
  const close = () => {
    state.closed = true;
  };
  const log = new LineLog({ debugLevel: 3, prefix: true, ...options, sink: { write, close }, now: () => state.now });
  return { log, lines, state };
}

test("LineLog puts syslog's priority before each line", () => {
  const { log, lines } = journal({ debugLevel: 5 });
  log.error("E.");
  log.warning("W.");
  log.info("I.");
  log.debug("D.");
  expect(lines).toEqual(["<3>E.\n", "<4>W.\n", "<6>I.\n", "<7>D.\n"]);
});

test("LineLog leaves the priority out when it is told so", () => {
  const { log, lines } = journal({ prefix: false });
  log.warning("W.");
  expect(lines).toEqual(["W.\n"]);
});

const SHOWN = [
  { debugLevel: 0, want: ["I"] },
  { debugLevel: 1, want: ["I"] },
  { debugLevel: 2, want: ["E", "I"] },
  { debugLevel: 3, want: ["E", "W", "I"] },
  { debugLevel: 4, want: ["E", "W", "I", "D"] },
  { debugLevel: 5, want: ["E", "W", "I", "D"] },
];
for (const { debugLevel, want } of SHOWN) {
  test(`LineLog at DebugLevel ${debugLevel} shows ${want.join(", ")}`, () => {
    const { log, lines } = journal({ debugLevel, prefix: false });
    log.error("E");
    log.warning("W");
    log.info("I");
    log.debug("D");
    expect(lines).toEqual(want.map((text) => `${text}\n`));
  });
}

test("LineLog follows a changed DebugLevel", () => {
  const { log, lines } = journal({ prefix: false });
  log.debug("before");
  log.debugLevel = 4;
  log.debug("after");
  expect(lines).toEqual(["after\n"]);
});

describe("LineLog counts repeats instead of writing them", () => {
  test("within a minute, and says their number before the next line after it", () => {
    const { log, lines, state } = journal();
    for (let i = 0; i < 5; i++) log.warning("Refused 192.0.2.7.");
    state.now = 59;
    log.warning("Refused 192.0.2.7.");
    expect(lines).toEqual(["<4>Refused 192.0.2.7.\n"]);
    state.now = 60;
    log.info("Something else.");
    expect(lines.slice(1)).toEqual(["<4>Refused 192.0.2.7. (5 more in 60 s)\n", "<6>Something else.\n"]);
  });

  test("and writes the text again after that minute", () => {
    const { log, lines, state } = journal();
    log.warning("Down.");
    state.now = 61;
    log.warning("Down.");
    expect(lines).toEqual(["<4>Down.\n", "<4>Down.\n"]);
  });

  test("and says their number at the end", () => {
    const { log, lines, state } = journal();
    log.error("Down.");
    log.error("Down.");
    log.close();
    expect(lines.at(-1)).toBe("<3>Down. (1 more in 60 s)\n");
    expect(state.closed).toBe(true);
  });

  test("until somebody waits to read them", () => {
    const { log, lines } = journal();
    for (let i = 0; i < 3; i++) log.info("Reloaded.");
    log.renew();
    log.info("Reloaded.");
    expect(lines).toEqual(["<6>Reloaded.\n", "<6>Reloaded. (2 more in 60 s)\n", "<6>Reloaded.\n"]);
  });

  test("and remembers a bounded number of texts, writing all the same", () => {
    const { log, lines } = journal();
    for (let i = 0; i < 1000; i++) log.info(`line ${i}`);
    expect(lines.length).toBe(1000);
  });
});

test("LineLog writes one line whatever control characters a text holds", () => {
  const { log, lines } = journal();
  log.warning('key "a\r\n<0>forged" \x1b[2J\u0085\u2028\0.');
  expect(lines).toEqual(['<4>key "a  <0>forged"  [2J   .\n']);
});

test("LineLog cuts a line before it outgrows what a pipe takes at once", () => {
  const { log, lines } = journal();
  log.warning("\u20ac".repeat(10_000));
  expect(Buffer.byteLength(lines[0] ?? "")).toBeLessThan(4096);
  expect(lines[0]).toMatch(/^<4>\u20ac{1000,}\.\.\.\n$/);
});

test("LineLog says how many lines were lost while the sink took none", () => {
  const { log, lines, state } = journal();
  state.refuse = true;
  log.error("one");
  log.error("two");
  state.refuse = false;
  log.error("three");
  expect(lines).toEqual(["<4>Lost 2 log lines: nobody took them.\n", "<3>three\n"]);
});

describe("descriptorSink", () => {
  test("does not block on a pipe that nobody empties, and writes again once it is emptied", () => {
    const directory = mkdtempSync(join(tmpdir(), "tidemark-log-"));
    const path = join(directory, "pipe");
    execFileSync("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY); // a blocking one, as standard error is
    const sink = descriptorSink(writer);
    const line = `${"x".repeat(999)}\n`;
    let taken = 0;
    while (taken < 100_000 && sink.write(line)) taken += 1;
    expect(taken).toBeGreaterThan(3);
    expect(taken).toBeLessThan(100_000);
    expect(readSync(reader, Buffer.alloc(65_536))).toBeGreaterThan(0);
    expect(sink.write(line)).toBe(true);
    sink.close();
    closeSync(writer);
    closeSync(reader);
    rmSync(directory, { recursive: true });
  });

  test("answers false for a descriptor that cannot be written", () => {
    const reader = openSync("/dev/null", constants.O_RDONLY);
    expect(descriptorSink(reader).write("x\n")).toBe(false);
    closeSync(reader);
  });
});
