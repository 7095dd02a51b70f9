import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { GoodSample } from "../../../../src/ring/sample.ts";
import { slabClasses, Texts } from "../../../../src/sources/memcached/contents.ts";
import { newVocabulary, StatReader } from "../../../../src/sources/memcached/parse.ts";
import { SOURCE } from "../../../../src/sources/memcached/targets.ts";
import { Bench } from "./bench.ts";

const SAMPLES = new URL("../../../samples/memcached/", import.meta.url);

/** A captured file: `.txt` are memcached's replies, `.json` what agent 2 answered one second later at most. */
function captured(name: string): string {
  return readFileSync(new URL(`1.6.18-agent2-${name}`, SAMPLES), "latin1");
}

function agent2(name: string): Record<string, string> {
  return JSON.parse(captured(`${name}.json`));
}

/** A bench whose newest sample was read from the captured replies. */
function sampled(): Bench {
  const parts = ["stats", "items", "slabs", "settings"] as const;
  const reader = new StatReader(newVocabulary(), parts);
  for (const part of parts) reader.feed(Buffer.from(captured(`${part}.txt`), "latin1"));
  if (reader.verdict?.kind !== "read") throw new Error("the captured replies are not whole");
  const { reading } = reader.verdict;
  const bench = new Bench();
  const sample: GoodSample = {
    kind: "good",
    target: "mc",
    stamp: bench.now,
    state: 1,
    epoch: "1",
    numbers: reading.general,
    texts: new Texts(new Map([["maxconns", "1024"]])).of(reading),
    parts: slabClasses(reading.classes),
  };
  bench.ring.put(0, SOURCE, sample);
  return bench;
}

describe("memcached.stats gives what agent 2 gives", () => {
  const bench = sampled();

  test("settings: byte for byte", () => {
    expect(bench.text("memcached.stats[,,,settings]")).toBe(captured("settings.json").trim());
  });

  test("slabs: byte for byte", () => {
    expect(bench.text("memcached.stats[,,,slabs]")).toBe(captured("slabs.json").trim());
  });

  test("items: the same but for the age, which grew meanwhile", () => {
    const ageless = (text: string) => text.replace(/(:age":)"\d+"/g, "$1");
    expect(ageless(bench.text("memcached.stats[,,,items]"))).toBe(ageless(captured("items.json").trim()));
  });

  test("general: the same names in the same order, the same texts but for what moves", () => {
    const ours: Record<string, string> = JSON.parse(bench.text("memcached.stats"));
    const theirs = agent2("stats");
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    const moved = Object.keys(theirs).filter((name) => ours[name] !== theirs[name]);
    const moving =
      /^(bytes_read|bytes_written|time|uptime|total_connections|lru_|read_buf_|response_obj_|rusage_|curr_conn|connection_s)/;
    expect(moved.filter((name) => !moving.test(name))).toEqual([]);
    expect(ours["rusage_user"]).toMatch(/^\d+\.\d{6}$/);
  });

  test("version 1.5.16 had mem_requested among the slabs", () => {
    const old = new Bench();
    const part = { class: 1, chunk_size: 96, number: 2, mem_requested: 130 };
    old.good(0, { texts: { version: "1.5.16" }, parts: { "96": part } });
    expect(old.text("memcached.stats[,,,items]")).toBe('{"items:1:number":"2"}');
    expect(old.text("memcached.stats[,,,slabs]")).toBe('{"1:chunk_size":"96","1:mem_requested":"130"}');
    old.good(1, { texts: { version: "1.5.17" }, parts: { "96": part } });
    expect(old.text("memcached.stats[,,,items]")).toBe('{"items:1:mem_requested":"130","items:1:number":"2"}');
  });

  test("an empty cache has an empty object", () => {
    const empty = new Bench();
    empty.good(0);
    expect(empty.text("memcached.stats[,,,items]")).toBe("{}");
  });

  test.each([
    [
      "memcached.stats[,,,conns]",
      /Parameter "type": expected one of "", "items", "slabs", "settings", "sizes", found "conns"/,
    ],
    ["memcached.stats[,,,sizes]", /Stats sizes is not sampled/],
    ["memcached.stats[,,,,]", /Too many parameters/],
    ["memcached.ping[,,,]", /Too many parameters/],
  ])("%s is refused", (key, want) => {
    expect(bench.text(key)).toMatch(want);
  });
});

describe("an address only names a configured instance", () => {
  const bench = new Bench();
  bench.roster({
    mc: { URI: "tcp://127.0.0.1:11211" },
    far: { URI: "tls://Cache.example:11212" },
    sock: { URI: "unix:/run/mc.sock" },
  });
  for (const target of ["mc", "far"]) bench.good(0, { target });
  bench.failed(0, "hung", "no reply", "sock");

  test.each([
    ["", "1"],
    ["mc", "1"],
    ["localhost", "1"],
    ["127.0.0.1", "1"],
    ["tcp://localhost:11211", "1"],
    ["tcp://[::1]:11211", "1"],
    ["tcp://user:secret@127.0.0.1:11211", "1"],
    ["cache.example:11212", "1"],
    ["tcp://cache.example:11212/", "1"],
    ["unix:///run/mc.sock", "0"],
    ["/run/mc.sock", "0"],
    ["sock", "0"],
    [
      "tcp://cache.example",
      '(unknown: No configured memcached instance "tcp://cache.example"; there are "tcp://127.0.0.1:11211", "tls://Cache.example:11212", "unix:/run/mc.sock".)',
    ],
    [
      "tcp://u:pw@10.1.1.1:1",
      '(unknown: No configured memcached instance "tcp://10.1.1.1:1"; there are "tcp://127.0.0.1:11211", "tls://Cache.example:11212", "unix:/run/mc.sock".)',
    ],
  ])("%s", (uri, want) => {
    expect(bench.text(`memcached.ping["${uri}",user,password]`)).toBe(want);
  });
});

describe("memcached.ping", () => {
  test.each([
    ["down", "0"],
    ["up", "1"],
    ["slow", "1"],
    ["hung", "0"],
    ["refusing connections", "0"],
    ["authentication failed", "0"],
  ] as const)("%s is %s", (state, want) => {
    const bench = new Bench();
    bench.failed(0, state, "because");
    expect(bench.text("memcached.ping")).toBe(want);
  });

  test("when no attempt has finished for long, nothing is known", () => {
    const bench = new Bench();
    bench.good(0);
    bench.moveTo(4);
    expect(bench.text("memcached.ping")).toMatch(/^\(unknown: No attempt has finished since [\d-]+ [\d:]+ UTC\.\)$/);
    expect(bench.text("memcached.stats")).toMatch(
      /^\(unknown: Last good sample [\d-]+ [\d:]+ UTC: no attempt has finished since [\d-]+ [\d:]+ UTC\.\)$/,
    );
  });
});

describe("the default instance", () => {
  test.each([
    ["marked", { a: { URI: "tcp://127.0.0.1:11211" }, b: { URI: "tcp://10.0.0.2:11211", DEFAULT: "1" } }, "0"],
    ["on this machine", { b: { URI: "tcp://10.0.0.2:11211" }, a: { URI: "tcp://localhost:11211" } }, "1"],
    ["first", { a: { URI: "tcp://10.0.0.1:11211" }, b: { URI: "tcp://10.0.0.2:11211" } }, "1"],
  ] as const)("is the one %s", (_, targets, want) => {
    const bench = new Bench();
    bench.roster(targets);
    bench.good(0, { target: "a" });
    bench.failed(0, "down", "connection refused", "b");
    expect(bench.text("memcached.ping")).toBe(want);
    expect(bench.text("memcached.state")).toBe(want);
  });

  test("is missing when there is no instance", () => {
    const bench = new Bench();
    bench.roster({});
    expect(bench.text("memcached.ping")).toBe('(unknown: No configured memcached instance ""; none is configured.)');
    expect(bench.text("memcached.state")).toBe("(unknown: No memcached target was found or configured.)");
  });
});
