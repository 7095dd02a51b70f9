import { expect, test } from "vitest";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { Mimic, Sampler, type SamplerOptions, told } from "./memcached-sampling.ts";

const host = address(import.meta.url);

interface Seen {
  /** Pids that /proc has; this machine's others are none of our business. */
  readonly pids: Set<number>;
  /** Where 127.0.0.1:11211 really leads. */
  readonly standard: { readonly host: string; readonly port: number };
  readonly tried: Set<string>;
  reads: number;
}

/** The real world without anybody else's memcached in it. */
function narrowed(seen: Seen): Io {
  const io = realIo();
  return {
    ...io,
    list: (path) => (path === "/proc" ? ["1", "self", ...[...seen.pids].map(String)] : io.list(path)),
    readText: (path) => {
      if (path.endsWith("/cmdline")) seen.reads++;
      return io.readText(path);
    },
    connect: (endpoint, options) => {
      if (endpoint.kind === "unix") return io.connect(endpoint, options);
      seen.tried.add(`${endpoint.host}:${endpoint.port}`);
      const standard = endpoint.host === "127.0.0.1" && endpoint.port === 11_211;
      return io.connect(standard ? { kind: "tcp", ...seen.standard } : endpoint, options);
    },
  };
}

async function world(): Promise<Seen> {
  return { pids: new Set(), standard: { host, port: await freePort(host) }, tried: new Set(), reads: 0 };
}

function sampler(seen: Seen, options: SamplerOptions = {}): Sampler {
  return new Sampler([], { ...options, io: narrowed(seen) });
}

function names(roster: Awaited<ReturnType<Sampler["tick"]>>["roster"]): readonly string[] {
  return roster?.kind === "value" ? [...roster.value.keys()] : ["unknown"];
}

test("nothing here: an empty list, nothing but the standard port is touched", async () => {
  const seen = await world();
  const { samples, roster, findings } = await sampler(seen).tick();
  expect([samples.size, names(roster), findings, [...seen.tried]]).toEqual([0, [], [], ["127.0.0.1:11211"]]);
});

test("the standard port: found when it listens, listed as down when it does not any more, up when it is back", async () => {
  const seen = await world();
  const local = sampler(seen);
  await local.tick();
  const program = await startMemcached(seen.standard);
  const found = await local.tick();
  expect(names(found.roster)).toEqual(["127.0.0.1:11211"]);
  expect(told(found.samples.get("127.0.0.1:11211"))).toBe("up");
  const labels = { URI: "tcp://127.0.0.1:11211", HOST: "127.0.0.1", PORT: "11211", POOL: "" };
  expect([...found.remembered]).toEqual([["127.0.0.1:11211", labels]]);
  await program.kill();
  const lost = await local.tick();
  expect(names(lost.roster)).toEqual(["127.0.0.1:11211"]);
  expect(told(lost.samples.get("127.0.0.1:11211"))).toMatch(/^down \(failed\): connection refused by/);
  expect(lost.remembered.size).toBe(0);
  const remembered = new Map([["127.0.0.1:11211", { labels, seen: 0 }]]);
  const reborn = sampler(seen, { remembered });
  expect(told((await reborn.tick()).samples.get("127.0.0.1:11211"))).toMatch(/^down \(failed\)/);
  await startMemcached(seen.standard);
  expect(told((await local.tick()).samples.get("127.0.0.1:11211"))).toBe("up");
  expect(told((await reborn.tick()).samples.get("127.0.0.1:11211"))).toBe("up");
});

test("the standard port taken by something else is listed as not memcached", async () => {
  const seen = await world();
  await Mimic.listen(seen.standard, (socket) =>
    socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  );
  expect(told((await sampler(seen).tick()).samples.get("127.0.0.1:11211"))).toMatch(/^not memcached/);
});

test("processes: found by their command line with what they were meant to be, kept when killed, forgotten on demand", async () => {
  const seen = await world();
  const at = { host, port: await freePort(host) };
  const name = `${at.host}:${at.port}`;
  const program = await startMemcached(at, ["-m", "32", "-c", "123"]);
  seen.pids.add(program.pid);
  const local = sampler(seen);
  const { samples, roster } = await local.tick();
  expect(names(roster)).toEqual([name]);
  const sample = samples.get(name);
  expect(told(sample)).toBe("up");
  expect(sample?.kind === "good" && sample.texts.get("expected.maxbytes")).toBe("33554432");
  expect(sample?.kind === "good" && sample.texts.get("setting.maxconns")).toBe("123");
  expect(sample?.kind === "good" && sample.texts.get("expected.maxconns")).toBe("123");
  await local.tick();
  const reads = seen.reads;
  for (let tick = 0; tick < 5; tick++) await local.tick();
  expect(seen.reads - reads).toBe(5); // process 1 tells each time whether others can be read
  await program.kill();
  seen.pids.delete(program.pid);
  expect(told((await local.tick()).samples.get(name))).toMatch(/^down/);
  const again = await startMemcached(at, ["-m", "64"]);
  seen.pids.add(again.pid);
  const back = (await local.tick()).samples.get(name);
  expect(told(back)).toBe("up");
  expect(back?.kind === "good" && back.texts.get("expected.maxbytes")).toBe("67108864");
  expect(back?.kind === "good" && back.texts.get("expected.maxconns")).toBeUndefined();
  await again.kill();
  seen.pids.delete(again.pid);
  expect(local.forget("nobody")).toBe(false);
  expect(local.forget(name)).toBe(true);
  expect(names((await local.tick()).roster)).toEqual([]);
});

test("a shell that becomes a memcached is found in the tick after", async () => {
  const seen = await world();
  const at = { host, port: await freePort(host) };
  const program = await startMemcached(at);
  let looks = 0;
  const io = narrowed(seen);
  const early: Io = {
    ...io,
    readText: (path) => {
      if (path !== `/proc/${program.pid}/cmdline`) return io.readText(path);
      return looks++ === 0 ? "/bin/sh\0./run\0" : io.readText(path);
    },
  };
  seen.pids.add(program.pid);
  const local = new Sampler([], { io: early });
  expect(names((await local.tick()).roster)).toEqual([]);
  expect(names((await local.tick()).roster)).toEqual([`${at.host}:${at.port}`]);
});

test("Discover=no: nothing is looked for", async () => {
  const seen = await world();
  const { roster } = await new Sampler(["Discover=no"], { io: narrowed(seen) }).tick();
  expect(names(roster)).toEqual([]);
  expect([...seen.tried, seen.reads]).toEqual([0]);
});

test("one that is frozen when it is first seen is listed as hung", async () => {
  const seen = await world();
  const at = { host, port: await freePort(host) };
  const program = await startMemcached(at);
  program.freeze();
  seen.pids.add(program.pid);
  const { samples, roster } = await sampler(seen).tick();
  expect(names(roster)).toEqual([`${at.host}:${at.port}`]);
  expect(told(samples.get(`${at.host}:${at.port}`))).toMatch(/^hung/);
});

test("a process that does not listen is not listed, and no longer tried when it has gone", async () => {
  const seen = await world();
  const at = { host, port: await freePort(host) };
  const [name, closed] = [`${at.host}:${at.port}`, `${host}:${await freePort(host)}`];
  const program = await startMemcached(at);
  const io = narrowed(seen);
  const lying: Io = {
    ...io,
    readText: (path) => io.readText(path)?.replace(`-p\0${at.port}`, `-p\0${closed.split(":")[1]}`),
  };
  seen.pids.add(program.pid);
  const local = new Sampler([], { io: lying });
  for (const tick of [1, 2]) expect(names((await local.tick()).roster), `tick ${tick}`).toEqual([]);
  expect([...seen.tried].sort()).toEqual([closed, "127.0.0.1:11211"].sort());
  seen.pids.clear();
  seen.tried.clear();
  await local.tick();
  expect([...seen.tried]).toEqual(["127.0.0.1:11211"]);
  expect(seen.tried.has(name)).toBe(false);
});
