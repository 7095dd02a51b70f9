import { readdirSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { encodePacket, PacketDecoder } from "../src/zabbix/packet.ts";
import { cpuMicroseconds, residentMegabytes } from "./proc.ts";
import { LOCAL, pause, type Running, start } from "./programs.ts";
import { short } from "./report.ts";
import { memcached, tidemark } from "./servers.ts";

/*
 * A long run under load: `npm run soak -- SECONDS` (an hour by default). One sample a second of three memcacheds, one of
 * which is stopped for a minute in every five and one of which is killed and started anew every ten minutes; a hundred
 * checks a second beside it. Prints one row a minute and a summary.
 */
const SECONDS = Number(process.argv[2] ?? 3600);
const CHECKS_PER_SECOND = 100;
const REQUESTS_PER_SECOND = 2000;
const FREEZE_EVERY = 300;
const FREEZE_FOR = 60;
const RESTART_EVERY = 600;
const ROW_EVERY = 60;

const KEYS = [
  "agent.ping",
  "memcached.state[m0]",
  "memcached.hit_ratio[m0,5m]",
  "memcached.hit_ratio[m2,1m]",
  "memcached.rate[m0,cmd_get,15m]",
  "memcached.get[m1]",
  "memcached.ttl.pressure[m0]",
  "memcached.restarts[m2,60m]",
];

interface Tally {
  answered: number;
  failed: number;
  slowest: number;
}

/** Asks one key; counts it as failed when no whole answer comes. */
function check(port: number, key: string, tally: Tally): void {
  const began = performance.now();
  const decoder = new PacketDecoder(1 << 20);
  let whole = false;
  const socket = connect({ host: LOCAL, port });
  socket.on("connect", () => socket.write(encodePacket(Buffer.from(key))));
  socket.on("data", (chunk) => {
    whole ||= decoder.push(chunk).kind === "packet";
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (whole) tally.answered++;
    else tally.failed++;
    tally.slowest = Math.max(tally.slowest, performance.now() - began);
  });
}

/** A steady load on one memcached, which goes on when that comes back. */
function load(port: number): () => void {
  const open = () =>
    connect({ host: LOCAL, port })
      .on("error", () => undefined)
      .resume();
  let socket = open();
  const batch = REQUESTS_PER_SECOND / 20;
  let count = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) socket = open();
    if (socket.writableLength > 1 << 20) return; // it is stopped: do not pile up
    const requests = Array.from({ length: batch }, () => request(count++));
    socket.write(requests.join(""));
  }, 50);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}

/** Sets of a thousand sizes fill the 64 MB and make it evict; half of the gets hit. */
function request(count: number): string {
  const size = 100 + (count % 1000) * 3;
  if (count % 4 === 0) return `set k${count % 100_000} 0 0 ${size} noreply\r\n${"x".repeat(size)}\r\n`;
  return `get k${(count * 4) % 200_000}\r\n`;
}

async function main(): Promise<void> {
  const servers = [await memcached(), await memcached(), await memcached()];
  const [, frozen, restarted] = servers as [Running, Running, Running];
  const names = servers.map(({ port }, at) => `Memcached.m${at}.Uri=tcp://${LOCAL}:${port}`);
  const quiet = ["LogDir.Discover=no", "Supervise.Directories=/nonexistent"]; // what else runs here is no part of it
  const daemon = await tidemark(["Schedule=* * * * * *", ...quiet, ...names]);
  const stopLoads = servers.map(({ port }) => load(port));
  const tally: Tally = { answered: 0, failed: 0, slowest: 0 };
  let asked = 0;
  const asking = setInterval(
    () => check(daemon.port, KEYS[asked++ % KEYS.length] ?? "", tally),
    1000 / CHECKS_PER_SECOND,
  );
  const rows = await watch(daemon, frozen, restarted, tally);
  clearInterval(asking);
  for (const stop of stopLoads) stop();
  summary(rows, daemon, tally);
  await Promise.all([daemon, ...servers].map((each) => each.stop()));
}

interface Minute {
  readonly second: number;
  readonly rss: number;
  readonly cpu: number;
  readonly tick: string;
  readonly slowest: number;
}

async function watch(daemon: Running, frozen: Running, restarted: Running, tally: Tally): Promise<readonly Minute[]> {
  const rows: Minute[] = [];
  let victim = restarted;
  say("| second | RSS MB | CPU s | tick s | slowest check ms | answered | failed | descriptors |");
  say("|---|---|---|---|---|---|---|---|");
  for (let second = 1; second <= SECONDS; second++) {
    await pause(1);
    if (second % FREEZE_EVERY === FREEZE_EVERY - FREEZE_FOR) frozen.signal("SIGSTOP");
    if (second % FREEZE_EVERY === 0) frozen.signal("SIGCONT");
    if (second % RESTART_EVERY === 0) victim = await restart(victim);
    if (second % ROW_EVERY === 0 || second === SECONDS) rows.push(await minute(second, daemon, tally));
  }
  return rows;
}

async function restart(victim: Running): Promise<Running> {
  victim.signal("SIGKILL");
  await pause(0.2);
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  return start("memcached", ["-l", LOCAL, "-p", String(victim.port), "-U", "0", "-m", "64", ...user], victim.port);
}

async function minute(second: number, daemon: Running, tally: Tally): Promise<Minute> {
  const row = {
    second,
    rss: residentMegabytes(daemon.pid),
    cpu: cpuMicroseconds(daemon.pid) / 1e6,
    tick: await ask(daemon.port, "tidemark.tick.duration"),
    slowest: tally.slowest,
  };
  const { answered, failed } = tally;
  tally.slowest = 0;
  const figures = [row.rss, row.cpu, Number(row.tick), row.slowest].map(short);
  say(`| ${[second, ...figures, answered, failed, descriptors(daemon.pid)].join(" | ")} |`);
  return row;
}

function ask(port: number, key: string): Promise<string> {
  return new Promise((resolve) => {
    const decoder = new PacketDecoder(1 << 20);
    const socket = connect({ host: LOCAL, port }, () => socket.write(encodePacket(Buffer.from(key))));
    socket.on("error", () => resolve("-")).on("close", () => resolve("-"));
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "packet") resolve(decoded.body.toString());
    });
  });
}

function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function summary(rows: readonly Minute[], daemon: Running, tally: Tally): void {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return;
  const highest = Math.max(...rows.map(({ rss }) => rss));
  say("");
  say(`RSS ${short(first.rss)} MB after a minute, ${short(last.rss)} MB at the end, highest ${short(highest)} MB.`);
  say(
    `CPU ${short(last.cpu)} s in ${last.second} s, of which checks ${tally.answered} answered, ${tally.failed} failed.`,
  );
  say(`Slowest check ${short(Math.max(...rows.map(({ slowest }) => slowest)))} ms. Process ${daemon.pid} alive.`);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

await main();
process.exit(0);
