import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realIo } from "../src/io/real-io.ts";
import { Ring } from "../src/ring/ring.ts";
import type { Collector } from "../src/sources/source.ts";
import { supervise } from "../src/sources/supervise/supervise.ts";
import { atMost, median, type Part, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";

const SERVICES = 500;
const TICKS = 20;
const SVSTATS = 20;

/** One look at 500 supervised services, against svstat over the same directories. */
export async function services({ rounds }: Scale): Promise<Part> {
  const scan = mkdtempSync("/dev/shm/tidemark-bench-services-");
  const fifos = makeServices(scan);
  const readers = fifos.map((fifo) => openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const found: { first: number; warm: number; svstat: number }[] = [];
    for (let round = 0; round < rounds; round++) found.push({ ...(await looks(scan)), svstat: svstat(scan) });
    const of = (figure: keyof (typeof found)[number]) => median(found.map((each) => each[figure]));
    const row = (who: string, ms: number) => ({
      what: `${SERVICES} services`,
      who,
      figures: [short(ms), times(ms, of("svstat"))],
    });
    return {
      title: "CPU per look at supervised services",
      columns: ["ms", "to svstat"],
      rows: [row("tidemark, warm", of("warm")), row("tidemark, first tick", of("first")), row("svstat", of("svstat"))],
      verdicts: [atMost(`a tick over ${SERVICES} services`, of("warm"), 50, "ms")],
    };
  } finally {
    for (const reader of readers) closeSync(reader);
    rmSync(scan, { recursive: true });
  }
}

/** Status files as daemontools writes them; this process holds the FIFOs open, as its supervise would. */
function makeServices(scan: string): readonly string[] {
  const status = Buffer.alloc(18);
  status.writeBigUInt64BE(2n ** 62n + BigInt(Math.floor(Date.now() / 1000)), 0);
  status.writeUInt32LE(process.pid, 12);
  status.write("u", 17);
  const fifos = Array.from({ length: SERVICES }, (_, at) => {
    const directory = join(scan, `service-${at}`, "supervise");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "status"), status);
    return join(directory, "ok");
  });
  execFileSync("mkfifo", fifos);
  return fifos;
}

/** CPU milliseconds of the first tick of a collector and of a later one, ring included. */
async function looks(scan: string): Promise<{ readonly first: number; readonly warm: number }> {
  const general = { Directories: [scan], SystemdUnits: [] };
  const surroundings = { io: realIo() } as Parameters<typeof supervise.open>[1]; // it needs no more
  const collector = supervise.open({ general, named: new Map() }, surroundings);
  const ring = new Ring([supervise], { slots: 61, step: 60 });
  const taken: number[] = [];
  for (let slot = 0; slot <= TICKS; slot++) taken.push(await look(collector, ring, slot));
  await collector.close();
  const [first = Number.NaN, ...later] = taken;
  return { first, warm: median(later.slice(TICKS / 2)) };
}

async function look(collector: Collector, ring: Ring, slot: number): Promise<number> {
  let seen = 0;
  const before = process.cpuUsage();
  const stamp = { clock: Date.now() / 1000, mono: process.hrtime()[0] };
  await collector.collect(
    { slot, stamp, deadline: new AbortController().signal, seconds: 3 },
    {
      sample: (sample) => {
        seen += sample.kind === "good" ? 1 : 0;
        ring.put(slot, supervise.name, sample);
      },
      roster: (roster) => ring.roster(supervise.name, roster),
      remember: () => undefined,
      finding: () => undefined,
    },
  );
  const { user, system } = process.cpuUsage(before);
  if (seen < SERVICES) throw new Error(`expected ${SERVICES} services, found ${seen}`);
  return (user + system) / 1000;
}

/** CPU milliseconds of one svstat over all. */
function svstat(scan: string): number {
  const directories = Array.from({ length: SERVICES }, (_, at) => join(scan, `service-${at}`));
  const before = childrenMilliseconds();
  for (let times = 0; times < SVSTATS; times++) execFileSync("svstat", directories, { stdio: "ignore" });
  return (childrenMilliseconds() - before) / SVSTATS;
}

/** Fields 16 and 17 of /proc/self/stat, in hundredths of a second: children that were waited for. */
function childrenMilliseconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
