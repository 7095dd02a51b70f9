import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { gearman } from "../../../../src/sources/gearman/gearman.ts";
import { TickedSource } from "../../../ticked-source.ts";
import { type ScriptedIo, scriptedIo } from "../scripted-server.ts";

const AT = "127.0.0.1:4730";
const capture = (name: string) => readFileSync(`test/samples/gearmand/1.1.20-${name}.txt`, "latin1");
const TAIL = `${capture("version")}${capture("getpid")}`;

function answering(text: string): ScriptedIo {
  const io = scriptedIo();
  io.servers.set(AT, (_, { send }) => send(text));
  return io;
}

async function sampled(status: string, lines = [`Gearman.g.Address=${AT}`]): Promise<TickedSource> {
  const source = new TickedSource(gearman, answering(`${status}${TAIL}`), { lines });
  await source.tick();
  return source;
}

const cases = [
  ["gearman.state", "1"],
  ["gearman.jobs.waiting", "7"],
  ["gearman.jobs.waiting[g]", "7"],
  ["gearman.jobs.waiting[g,reverse]", "4"],
  ["gearman.jobs.waiting[g,wc]", "0"],
  ["gearman.jobs.running", "1"],
  ["gearman.jobs.running[g,reverse]", "1"],
  ["gearman.jobs.total", "8"],
  ["gearman.jobs.total[g,nobody_handles]", "3"],
  ["gearman.workers", "2"],
  ["gearman.workers[g,wc]", "1"],
  ["gearman.workers[g,nobody_handles]", "0"],
  ["gearman.stuck", "1"],
  ["gearman.stuck[g,nobody_handles]", "1"],
  ["gearman.stuck[g,reverse]", "0"],
  ["gearman.version", "1.1.20+ds"],
  [
    "gearman.jobs.waiting[g,revers]",
    '(none: Gearmand has no function "revers"; there are "nobody_handles", "reverse", "wc".)',
  ],
  [
    "gearman.stuck[g,revers]",
    '(none: Gearmand has no function "revers"; there are "nobody_handles", "reverse", "wc".)',
  ],
  ["gearman.state[h]", '(unknown: No gearman target "h"; there are "g".)'],
] as const;

for (const [key, want] of cases) {
  test(`${key} of a captured status`, async () => expect((await sampled(capture("status"))).text(key)).toBe(want));
}

test("the master has everything", async () => {
  expect((await sampled(capture("status"))).json("gearman.get")).toEqual({
    instance: "g",
    state: 1,
    state_text: "up",
    error: "",
    time: 1_700_000_000,
    age: 0,
    version: "1.1.20+ds",
    pid: 27_720,
    waiting: 7,
    running: 1,
    total: 8,
    workers: 2,
    stuck: 1,
    function_count: 3,
    left_out: 0,
    functions: {
      nobody_handles: { waiting: 3, running: 0, total: 3, workers: 0, stuck: 1 },
      reverse: { waiting: 4, running: 1, total: 5, workers: 1, stuck: 0 },
      wc: { waiting: 0, running: 0, total: 0, workers: 1, stuck: 0 },
    },
  });
});

test("discovery of servers and functions; a strange name travels as it is, its key is short", async () => {
  const source = await sampled("\xc3\xa9 [x]\t1\t0\t0\nplain\t0\t0\t1\n.\n");
  expect(JSON.parse(source.text("gearman.discovery"))).toEqual([
    { "{#INSTANCE}": "g", "{#ADDRESS}": AT, "{#HOST}": "127.0.0.1", "{#PORT}": "4730" },
  ]);
  const rows = JSON.parse(source.text("gearman.function.discovery[g]")) as Record<string, string>[];
  expect(rows.map((row) => row["{#NAME}"])).toEqual(["é [x]", "plain"]);
  const short = rows[0]?.["{#FUNCTION}"] ?? "";
  expect(short).toMatch(/^[A-Za-z0-9_.:-]+$/);
  expect(source.text(`gearman.stuck[g,${short}]`)).toBe("1");
  expect(source.text('gearman.stuck[g,"é [x]"]')).toBe("1");
  expect(source.keys()).toContain(`gearman.workers[g,${short}]`);
});

test("functions of all servers: one that cannot be asked is left out of the master, and makes discovery fail", async () => {
  const io = answering(`${capture("status")}${TAIL}`);
  const lines = [`Gearman.g.Address=${AT}`, "Gearman.other.Address=127.0.0.2:4730"];
  io.servers.set("127.0.0.2:4730", (_, { send }) => send(`mail\t5\t1\t3\n.\n${TAIL}`));
  const source = new TickedSource(gearman, io, { lines });
  await source.tick();
  const mail = { waiting: 4, running: 1, total: 5, workers: 3, stuck: 0 };
  expect(source.json("gearman.functions.get")).toMatchObject({ g: { wc: { workers: 1 } }, other: { mail } });
  const rows = JSON.parse(source.text("gearman.functions.discovery")) as Record<string, string>[];
  expect(rows.map((row) => [row["{#INSTANCE}"], row["{#FUNCTION}"]])).toEqual([
    ["g", "nobody_handles"],
    ["g", "reverse"],
    ["g", "wc"],
    ["other", "mail"],
  ]);

  const half = new TickedSource(gearman, answering(`${capture("status")}${TAIL}`), { lines });
  await half.tick();
  expect(Object.keys(half.json("gearman.functions.get"))).toEqual(["g"]);
  expect(half.text("gearman.functions.discovery")).toBe('(unknown: The functions of "other" are not known now.)');
});

test("the status table", async () => {
  expect((await sampled(capture("status"))).row("g")).toEqual({
    "Job server": "g",
    State: "up",
    Waiting: "7",
    Running: "1",
    Workers: "2",
    "No worker for": "nobody_handles",
    Age: "0 s",
    "What is wrong": "",
  });
});

test("a function that vanishes stays in the list, with no jobs and no workers", async () => {
  const io = scriptedIo();
  let status = capture("status");
  io.servers.set(AT, (_, { send }) => send(`${status}${TAIL}`));
  const source = new TickedSource(gearman, io, { lines: [`Gearman.g.Address=${AT}`] });
  await source.tick();
  status = ".\n";
  await source.tick();
  expect(source.text("gearman.jobs.total")).toBe("0");
  expect(source.text("gearman.workers[g,wc]")).toBe("0");
  expect(source.text("gearman.stuck[g,nobody_handles]")).toBe("0");
  const rows = JSON.parse(source.text("gearman.function.discovery")) as Record<string, string>[];
  expect(rows.map((row) => row["{#FUNCTION}"])).toEqual(["nobody_handles", "reverse", "wc"]);
});

test("more functions than have room: all are in the sums, discovery says so instead of being short", async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `f${at}\t2\t1\t1\n`).join("");
  const source = await sampled(`${lines}stuck\t5\t0\t0\n.\n`);
  expect(source.text("gearman.jobs.total")).toBe("6005");
  expect(source.text("gearman.stuck")).toBe("1");
  expect(source.text("gearman.jobs.waiting[g,f255]")).toBe("1");
  expect(source.text("gearman.jobs.waiting[g,f256]")).toMatch(/^\(none: Gearmand has no function "f256"/);
  expect(source.text("gearman.function.discovery")).toBe(
    "(unknown: Gearmand has 2745 functions more than the 256 that are kept one by one.)",
  );
  expect(source.json("gearman.get")).toMatchObject({ function_count: 3001, left_out: 2745 });
});

test("failures: state and reason at once, values not supported once they are old", async () => {
  const io = answering(`${capture("status")}${TAIL}`);
  const source = new TickedSource(gearman, io, { lines: [`Gearman.g.Address=${AT}`] });
  expect(await source.state()).toBe("up");
  await source.close(); // ends its connection, too
  io.servers.delete(AT);
  const other = new TickedSource(gearman, io, { lines: [`Gearman.g.Address=${AT}`] });
  expect(await other.state()).toBe("down: connection refused by 127.0.0.1:4730");
  expect(other.text("gearman.state")).toBe("0");
  expect(other.text("gearman.stuck")).toBe("(unknown: No good sample yet: connection refused by 127.0.0.1:4730.)");
});

const strangers = [
  {
    name: "binary",
    text: "\0RES\0\0\0\x13\0\0\0\0",
    want: "not gearmand: not a reply of gearmand: a packet of the binary protocol",
  },
  { name: "an error", text: capture("bogus"), want: /^not gearmand: not a reply of gearmand: "ERR UNKNOWN_COMMAND/ },
  { name: "wrong numbers", text: "a\tx\t1\t1\n", want: 'not gearmand: not a reply of gearmand: a line "a.x.1.1"' },
];
for (const { name, text, want } of strangers) {
  test(`a server that answers with ${name}`, async () => {
    const source = new TickedSource(gearman, answering(text), { lines: [`Gearman.g.Address=${AT}`] });
    expect(await source.state()).toMatch(want);
  });
}

test("silence: hung at the deadline; what came of a reply is told", async () => {
  const io = scriptedIo();
  io.servers.set(AT, (_, { send }) => send("a\t1\t0\t0\nb"));
  io.servers.set("127.0.0.2:4730", () => undefined);
  const lines = [`Gearman.half.Address=${AT}`, "Gearman.mute.Address=127.0.0.2"];
  const source = new TickedSource(gearman, io, { lines });
  const ticked = source.tick(0.9);
  await io.pass(0.9);
  await ticked;
  expect(source.told("half")).toBe("hung: only 9 bytes of a reply within 0.9 s");
  expect(source.told("mute")).toBe("hung: connected, but no reply within 0.9 s");
});

test("a full backlog: a server of this machine hangs, another is down", async () => {
  const io = scriptedIo();
  const silent = { ...io, connect: () => new Duplex({ construct: () => undefined }) };
  const lines = [`Gearman.here.Address=${AT}`, "Gearman.there.Address=10.0.0.1"];
  const source = new TickedSource(gearman, silent, { lines });
  const ticked = source.tick(0.9);
  await io.pass(0.9);
  await ticked;
  expect(source.told("here")).toBe("hung: connect timed out after 0.9 s, its backlog is full");
  expect(source.told("there")).toBe("down: connect timed out after 0.9 s");
});

test("a kept connection that was closed is replaced within the tick", async () => {
  const io = scriptedIo();
  let asked = 0;
  io.servers.set(AT, (_, { send, close }) => (++asked === 2 ? close() : send(`${capture("status")}${TAIL}`)));
  const source = new TickedSource(gearman, io, { lines: [`Gearman.g.Address=${AT}`] });
  expect(await source.state()).toBe("up");
  expect(await source.state()).toBe("up");
  expect([asked, io.tried.length]).toEqual([3, 2]);
});

test("Address is needed, and 4730 is its port", async () => {
  expect(() => new TickedSource(gearman, scriptedIo(), { lines: ["Gearman.g.Address="] })).toThrow(
    "Address is missing",
  );
  expect(() => new TickedSource(gearman, scriptedIo(), { lines: ["Gearman.g.Address=a b"] })).toThrow(
    "not a host with a port",
  );
  const source = new TickedSource(gearman, scriptedIo(), { lines: ["Gearman.g.Address=[::1]"] });
  expect(await source.state()).toBe("down: connection refused by [::1]:4730");
});
