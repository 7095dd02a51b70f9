import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import type { Program } from "./program.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const HITS = 500;
const FIRST = "ring-00000001.journal";
const SECOND = "ring-00000002.journal";

let bench: Bench;
let uri: string;
let base: string;

/** A journal of two lives: the load in the first, nothing new in the second. */
beforeAll(async () => {
  const port = await freePort(host);
  uri = `Memcached.cache.Uri=tcp://${host}:${port}`;
  await startMemcached({ host, port });
  const load = await MemcachedLoad.connect({ host, port });
  bench = await Bench.at(host);
  base = bench.state;
  bench.configure([uri]);
  const first = await bench.start();
  await bench.until("memcached.stat[cache,get_hits]", "0");
  await load.sets(HITS);
  await load.gets(HITS);
  load.close();
  await bench.until("memcached.delta[cache,get_hits,3s]", String(HITS));
  await first.end();
  const second = await bench.start();
  await bench.until("memcached.delta[cache,get_hits,1s]", "0");
  await second.end();
  expect(journals(base)).toEqual([FIRST, SECOND]);
});

/** Starts with a damaged copy, stops again, and answers what was logged, which increase was known, which files are left. */
async function startWith(name: string, damage: (directory: string) => void, before: readonly string[] = []) {
  const directory = `${base}-${name}`;
  cpSync(base, directory, { recursive: true });
  damage(directory);
  bench.configure([uri, `StateDir=${directory}`]);
  const daemon = await bench.start(before);
  await bench.until("memcached.stat[cache,get_hits]", String(HITS));
  const hits = await mostHits();
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
  return { said: aboutState(daemon), hits, files: journals(directory) };
}

/** What lies in the state directory, without what stands there whatever becomes of the journal. */
function journals(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file !== "lock" && file !== "targets.json")
    .sort();
}

/** What was logged about the journal; a busy machine may have other complaints, and programs that are found. */
function aboutState({ stderr }: Program): readonly string[] {
  return stderr.split("\n").filter((line) => line.includes("/state") && !line.includes("targets.json"));
}

/** The largest increase that any window knows: all hits when the sample before the load is still there, else none. */
async function mostHits(): Promise<number> {
  const windows = Array.from({ length: 60 }, (_, at) => `memcached.delta[cache,get_hits,${at + 1}s]`);
  const replies = await Promise.all(windows.map((key) => bench.ask(key)));
  return Math.max(...replies.map(({ value }) => Number(value ?? 0)));
}

function change(file: string, how: (bytes: Buffer) => Buffer): (directory: string) => void {
  return (directory) => {
    const path = join(directory, file);
    writeFileSync(path, how(readFileSync(path)));
  };
}

const withVersion = (bytes: Buffer) => {
  bytes.writeUInt32LE(7, 8);
  return bytes;
};
const flippedIn = (share: number) => (bytes: Buffer) => {
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
};

const cases = [
  { name: "nothing", file: SECOND, how: (bytes: Buffer) => bytes, says: undefined, hits: HITS },
  {
    name: "truncated",
    file: SECOND,
    how: (bytes: Buffer) => bytes.subarray(0, -100),
    says: /ring-00000002.journal" is damaged from byte \d+ to its end at \d+: cut there\.$/m,
    hits: HITS,
  },
  {
    name: "zero-filled-end",
    file: FIRST,
    how: (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(5000)]),
    says: /ring-00000001.journal" is damaged from byte \d+ to its end at \d+: cut there\.$/m,
    hits: HITS,
  },
  {
    name: "zero-filled",
    file: FIRST,
    how: (bytes: Buffer) => bytes.fill(0),
    says: /ring-00000001.journal" cannot be used, expected "tidejrnl" at its beginning: set aside as ".*damaged"\.$/m,
    hits: 0,
  },
  {
    name: "bit-flipped",
    file: SECOND,
    how: flippedIn(0.5),
    says: /ring-00000002.journal" is damaged from byte \d+ to its end at \d+: cut there\.$/m,
    hits: HITS,
  },
  {
    name: "bit-flipped-early",
    file: FIRST,
    how: flippedIn(0.1),
    says: /ring-00000001.journal" is damaged from byte \d+ to its end at \d+: cut there\.$/m,
    hits: 0,
  },
  {
    name: "other-version",
    file: FIRST,
    how: withVersion,
    says: /ring-00000001.journal" cannot be used, its format has version 7, not 1: set aside as ".*unknown-version"\.$/m,
    hits: 0,
  },
  {
    name: "emptied",
    file: FIRST,
    how: () => Buffer.alloc(0),
    says: undefined,
    hits: 0,
  },
];

describe("a journal that was damaged", () => {
  for (const { name, file, how, says, hits } of cases) {
    test(name, async () => {
      const started = await startWith(name, change(file, how));
      expect(started.said).toHaveLength(says === undefined ? 0 : 1);
      expect(started.said[0] ?? "").toMatch(says ?? /^$/);
      expect(started.hits).toBe(hits);
      expect(started.files).toContain("ring-00000003.journal");
    });
  }

  test("a file in place of StateDir is said, and does not keep it from serving", async () => {
    const file = join(bench.directory, "file");
    writeFileSync(file, "");
    bench.configure([uri, `StateDir=${file}`]);
    const daemon = await bench.start();
    await bench.until("memcached.delta[cache,get_hits,1s]", "0");
    expect(daemon.stderr).toMatch(/^<4>Samples are kept in memory only and will not survive a restart: .*EEXIST/);
    await daemon.end();
  });
});

/** As root, permissions do not hold unless the capability to ignore them is given up. */
const obedient = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override"] : [];

test("a journal that may be read but not written is said once and still replayed", async () => {
  const protect = (directory: string) => {
    for (const file of readdirSync(directory)) chmodSync(join(directory, file), 0o440);
    chmodSync(directory, 0o550);
    onTestFinished(() => chmodSync(directory, 0o700)); // else only root could remove it
  };
  const { said, hits, files } = await startWith("read-only", protect, obedient);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^<4>Samples are kept in memory only and will not survive a restart: .*EACCES/);
  expect(hits).toBe(HITS);
  expect(files).toEqual([FIRST, SECOND]);
});

const mounts = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!mounts)("a full disk is said once, and once more when it has room (needs root and mount)", async () => {
  const directory = join(bench.directory, "disk");
  mkdirSync(directory);
  bench.configure([uri, `StateDir=${directory}/state`]);
  const script = 'mount -t tmpfs -o size=64k tmpfs "$1" && head -c 57344 /dev/zero >"$1/filler" && shift && exec "$@"';
  const daemon: Program = await bench.start(["unshare", "-m", "sh", "-c", script, "sh", directory]);
  const said = (what: RegExp) => waitFor(() => what.test(daemon.stderr), { what: String(what), seconds: 15 });
  await said(/^<4>Cannot write the journal in ".*state": ENOSPC.* New samples are kept in memory only\.$/m);
  await bench.until("memcached.delta[cache,get_hits,1s]", "0");
  rmSync(join(`/proc/${daemon.pid}/root`, directory, "filler"));
  await said(/^<4>The journal in ".*state" is written again; slots missing in it: \d+\.$/m);
  expect(aboutState(daemon)).toHaveLength(2);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
});
