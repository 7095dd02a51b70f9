import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytePath } from "../src/io/local-files.ts";
import { realIo } from "../src/io/real-io.ts";
import { Slices } from "../src/io/slices.ts";
import { openFeed } from "../src/sources/rsyslog/feed/open-feed.ts";
import type { StatsFeed } from "../src/sources/rsyslog/feed/sweep.ts";
import { atMost, median, type Part, type Row, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";

const SIZES = [25, 2000] as const;
/** Records of all sweeps of one measurement. */
const RECORDS = 100_000;
const BACKLOG_LINES = 1_000_000;
const STARTS = 5;
const INTERVAL = 10;
const BEGAN = 1_795_300_000;

/** What it costs to read rsyslogd's statistics, against parsing their JSON alone, and how soon there is an answer. */
export async function impstats({ rounds }: Scale): Promise<Part> {
  const directory = mkdtempSync("/dev/shm/tidemark-bench-impstats-");
  try {
    const path = join(directory, "stats");
    const rows: Row[] = [];
    for (const size of SIZES) rows.push(...(await perSweep(path, size, rounds)));
    const start = await backlog(path);
    return {
      title: "Reading rsyslog's statistics",
      columns: ["us of CPU", "to JSON.parse"],
      rows,
      verdicts: [
        atMost(`first look at ${BACKLOG_LINES} lines of statistics`, start.first, 100, "ms"),
        atMost("longest hold-up of all else by it", start.stall, 5, "ms"),
      ],
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function perSweep(path: string, size: number, rounds: number): Promise<readonly Row[]> {
  const found: { feed: number; json: number }[] = [];
  for (let round = 0; round <= rounds; round++) found.push(await measured(path, size));
  const of = (who: "feed" | "json") => median(found.slice(1).map((each) => each[who]));
  const row = (who: string, us: number) => ({
    what: `a sweep of ${size} records`,
    who,
    figures: [short(us), times(us, of("json"))],
  });
  return [row("tidemark", of("feed")), row("JSON.parse", of("json"))];
}

/** CPU microseconds of one sweep, warm. */
async function measured(path: string, size: number): Promise<{ readonly feed: number; readonly json: number }> {
  const count = RECORDS / size;
  writeFileSync(path, sweep(0, size));
  const feed = feedOf(path);
  await feed.look(new Slices(realIo()));
  let taken = 0;
  let used = 0;
  for (let at = 1; at <= count; at++) {
    appendFileSync(path, sweep(at, size));
    const before = process.cpuUsage();
    await feed.look(new Slices(realIo()));
    taken += feed.take().length;
    used += since(before);
  }
  feed.close();
  if (taken !== count) throw new Error(`expected ${count} sweeps, found ${taken}`);
  return { feed: used / count, json: parsing(sweep(0, size), count) };
}

function parsing(text: string, count: number): number {
  const lines = text.trimEnd().split("\n");
  const before = process.cpuUsage();
  for (let at = 0; at < count; at++) for (const line of lines) JSON.parse(line.slice(26));
  return since(before) / count;
}

/** Medians of some first looks: how long they took, and the longest time in which nothing else could run. Milliseconds. */
async function backlog(path: string): Promise<{ readonly first: number; readonly stall: number }> {
  const size = 25;
  const texts = Array.from({ length: BACKLOG_LINES / size }, (_, at) => sweep(at, size));
  writeFileSync(path, texts.join(""));
  const found: { first: number; stall: number }[] = [];
  for (let start = 0; start < STARTS; start++) found.push(await firstLook(path));
  return { first: median(found.map(({ first }) => first)), stall: median(found.map(({ stall }) => stall)) };
}

async function firstLook(path: string): Promise<{ readonly first: number; readonly stall: number }> {
  const feed = feedOf(path);
  let [last, stall] = [performance.now(), 0];
  let isOver = false;
  const turn = () => {
    stall = Math.max(stall, performance.now() - last);
    last = performance.now();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const before = performance.now();
  await feed.look(new Slices(realIo()));
  const first = performance.now() - before;
  isOver = true;
  if (feed.take().length === 0) throw new Error("expected a sweep at the first look");
  feed.close();
  return { first, stall: Math.max(stall, performance.now() - last) };
}

function feedOf(path: string): StatsFeed {
  return openFeed({ kind: "file", path: bytePath(path) }, realIo(), {
    error: console.error,
    warning: console.error,
    info: console.error,
    debug: console.error,
  });
}

/** As impstats writes it; its time is so many intervals after the first one's. */
function sweep(at: number, size: number): string {
  const [, month, day, year, time] = new Date((BEGAN + at * INTERVAL) * 1000).toUTCString().split(" ").map(swapped);
  const prefix = `Sat ${month} ${day} ${time} ${year}: `;
  const record = (index: number) =>
    `{ "name": "queue ${index}", "origin": "core.queue", "size": ${index}, "enqueued": ${at * 7 + index}, ` +
    '"full": 0, "discarded.full": 0, "discarded.nf": 0, "maxqsize": 1402 }\n';
  return Array.from({ length: size }, (_, index) => prefix + record(index)).join("");
}

/** "Sat, 21 Nov 2026 23:36:15 GMT" has the day before the month. */
function swapped(word: string, at: number, words: readonly string[]): string {
  if (at === 1) return words[2] ?? "";
  return at === 2 ? (words[1] ?? "") : word;
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
