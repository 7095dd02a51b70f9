import { createServer } from "node:net";
import { afterAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import { listeners } from "../real/proc.ts";
import { SteadyLoad, seconds } from "../real/steady-load.ts";
import { waitFor } from "../real/wait.ts";

const host = address(import.meta.url);
const WARM_TICKS = 60;
const TICKS = 200;
const MIB = 2 ** 20;

const servers = [
  createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(Buffer.alloc(100_000, "\x00\xffgarbage"));
  }),
  createServer((socket) => {
    socket.on("error", () => undefined);
    const drip = setInterval(() => socket.write("S"), 1000);
    socket.once("close", () => clearInterval(drip));
  }),
  createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end("STAT pid 1\r\nSTAT upt"));
  }),
];

afterAll(() => {
  for (const server of servers) server.close();
});

interface Use {
  readonly fds: number;
  readonly rss: number;
  readonly listeners: number;
}

test("two hundred ticks with faults of all sorts cost no descriptor, no listener and no memory", async () => {
  const names = ["up", "hung", "ended", "restarted"];
  const ports = new Map<string, number>();
  for (const name of [...names, "garbage", "dripping", "halved"]) ports.set(name, await freePort(host));
  const port = (name: string) => ports.get(name) ?? 0;
  const at = (name: string) => ({ host, port: port(name) });
  await startMemcached(at("up"));
  const hung = await startMemcached(at("hung"));
  let restarted = await startMemcached(at("restarted"));
  for (const [place, name] of ["garbage", "dripping", "halved"].entries()) servers[place]?.listen(port(name), host);
  const bench = await Bench.at(host);
  bench.configure([...ports].map(([name, number]) => `Memcached.${name}.Uri=tcp://${host}:${number}`));
  const daemon = await bench.start();
  const load = new SteadyLoad(await MemcachedLoad.connect(at("up")));
  hung.freeze();

  const began = seconds();
  const bad: string[] = [];
  const use = (): Use => ({
    fds: daemon.fds(),
    rss: daemon.rss(),
    listeners: listeners().filter((listener) => listener === `${host}:${bench.port}`).length,
  });
  const restart = async () => {
    await restarted.kill();
    restarted = await startMemcached(at("restarted"));
  };
  const events = new Map<number, () => unknown>([
    [5, restart],
    [10, () => daemon.signal("SIGHUP")],
    [15, () => hung.thaw()],
    [17, () => hung.freeze()],
  ]);
  /** Goes on with restarts, reloads and checks for so many ticks, and answers what was in use at the end of each. */
  const ticks = async (count: number): Promise<readonly Use[]> => {
    const uses: Use[] = [];
    for (let tick = 0; tick < count; tick++) {
      const end = seconds() + 1;
      await events.get(tick % 20)?.();
      for (const name of names) bad.push(...(await impossible(bench, name)));
      await waitFor(() => seconds() >= end, { what: "the next tick" });
      uses.push(use());
    }
    return uses;
  };
  const warm = await ticks(WARM_TICKS);
  const later = await ticks(TICKS);
  await load.stop();
  expect(bad).toEqual([]);
  const most = (uses: readonly Use[], what: keyof Use) => Math.max(...uses.map((each) => each[what]));
  const last = later.slice(-WARM_TICKS);
  const growth = (most(last, "rss") - most(warm, "rss")) / MIB;
  process.stdout.write(
    `${Math.round(seconds() - began)} s: ${most(warm, "fds")} to ${most(last, "fds")} descriptors, RSS ` +
      `${Math.round(most(warm, "rss") / MIB)} to ${Math.round(most(last, "rss") / MIB)} MB, ` +
      `${daemon.cpuSeconds()} s of CPU\n`,
  );
  expect(most(last, "fds")).toBeLessThanOrEqual(most(warm, "fds"));
  expect(most(later, "listeners")).toBe(1);
  expect(growth).toBeLessThan(12);

  const printed = (await bench.command("print")).stdout.trimEnd().split("\n");
  expect(printed.filter((line) => !isWellFormed(line))).toEqual([]);
  const unclear = /\[m\|ZBX_NOTSUPPORTED\] (?!\[(Last good sample [\d-]+ [\d:]+ UTC|No good sample yet): .+\.\]$)/;
  expect(printed.filter((line) => line.includes("memcached.") && unclear.test(line))).toEqual([]);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
  expect(daemon.stderr.match(/^<[0-4]>.*memcached.*$/gm)).toBeNull();
});

/** A line of print whose value fits the letter of its type, or a whole sentence instead. */
function isWellFormed(line: string): boolean {
  const [, letter, text = ""] = /^\S+ +\[([udstm])\|(.*)\]$/.exec(line) ?? [];
  if (letter === "u") return /^\d+$/.test(text);
  if (letter === "d") return /^-?\d+(\.\d+)?(e\+\d+)?$/.test(text);
  if (letter === "m") return /^(no value|ZBX_NOTSUPPORTED)\] \[[A-Z0-9"].*[^.]\.$/.test(text);
  return letter !== undefined && text !== "" && (!/^[[{]/.test(text) || JSON.parse(text) !== null);
}

/** Answers of one instance that cannot be true. */
async function impossible(bench: Bench, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of ["5s", "15s", "60s"].flatMap((window) => [
    `memcached.hit_ratio[${name},${window}]`,
    `memcached.rate[${name},cmd_get,${window}]`,
    `memcached.delta[${name},get_hits,${window}]`,
  ])) {
    const { value } = await bench.ask(key);
    if (value === undefined || value === null) continue;
    const number = Number(value);
    const most = key.includes("hit_ratio") ? 100 : Number.MAX_SAFE_INTEGER;
    if (!(number >= 0 && number <= most)) found.push(`${key} is ${value}`);
  }
  return found;
}
