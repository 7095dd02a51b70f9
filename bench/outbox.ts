import { rmSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { parseHostPort } from "../src/io/endpoint.ts";
import { realIo } from "../src/io/real-io.ts";
import { Outbox } from "../src/outbox/outbox.ts";
import { Link } from "../src/transports/active/link.ts";
import { Pace } from "../src/transports/pace.ts";
import { sendBatch } from "../src/transports/push/requests.ts";
import { encodeSenderBody } from "../src/zabbix/sender.ts";

/** What a process of its own measured: seconds of wall time and CPU; MB that a queue keeps in memory, and most resident. */
export interface OutboxFigures {
  readonly fill: { readonly seconds: number; readonly cpu: number };
  readonly open: { readonly seconds: number };
  readonly drain: { readonly seconds: number; readonly cpu: number; readonly failed: number };
  readonly megabytes: { readonly kept: number; readonly most: number };
  /** Longest work in which nothing else could run, milliseconds. */
  readonly stall: { readonly open: number; readonly drain: number };
}

/** Values of one slot, as of a host with so many items. */
const SLOT_ROWS = 60;
const BATCH_ROWS = 250;
/** A thousand values a second, of the last hour: servers store none that are too old. */
const BEGAN = Math.floor(Date.now() / 1000) - 3600;

/** Queues so many values, opens the queue anew as after a restart, and sends them all to one trapper item. */
export async function outbox(directory: string, rows: number, to: Target): Promise<OutboxFigures> {
  setFlagsFromString("--semi-space-growth-factor=1 --no-parallel-scavenge"); // as main.ts does
  rmSync(directory, { recursive: true, force: true });
  const empty = await inUse();
  const first = await opened(directory);
  const fill = await measured(() => filled(first, rows, to));
  const kept = (await inUse()) - empty;
  await first.close();
  let queue = first;
  const open = await measured(async () => {
    queue = await opened(directory);
  });
  let failed = 0;
  const drain = await measured(async () => {
    failed = await drained(queue, to);
  });
  await queue.close();
  const stall = { open: open.stall, drain: drain.stall };
  return { fill, open, drain: { ...drain, failed }, megabytes: { kept, most: drain.most }, stall };
}

/** The trapper item that takes them. */
export interface Target {
  /** HOST:PORT. */
  readonly server: string;
  readonly host: string;
  readonly key: string;
}

function opened(directory: string): Promise<Outbox> {
  const io = realIo();
  const pace = new Pace(() => io.now().mono);
  return Outbox.open({
    directory,
    name: "the bench",
    step: 1,
    boot: "boot",
    limits: { bytes: 2 ** 31, seconds: 2 ** 40 },
    now: () => io.now(),
    pause: () => pace.pause(),
    report: (line) => console.error(line),
  });
}

async function filled(queue: Outbox, rows: number, { host, key }: Target): Promise<void> {
  const pace = new Pace(() => performance.now() / 1000);
  for (let at = 0; at < rows; at += SLOT_ROWS) {
    const slot = Array.from({ length: Math.min(SLOT_ROWS, rows - at) }, (_, index) => ({
      clock: BEGAN + Math.floor((at + index) / 1000),
      ns: ((at + index) % 1000) * 1_000_000,
      body: encodeSenderBody({ host, key, value: String(at + index) }),
    }));
    queue.put(at / SLOT_ROWS, slot);
    await pace.pause();
    if (queue.stats.bytes > 0 && (at / SLOT_ROWS) % 100 === 0) await queue.settled();
  }
  await queue.settled();
}

async function drained(queue: Outbox, { server }: Target): Promise<number> {
  const io = realIo();
  const node = parseHostPort(server, 10_051);
  if (node.kind === "malformed") throw new Error(node.reason);
  const log = { info: () => undefined, warning: (line: string) => console.error(line) };
  const { signal: abort } = new AbortController();
  const link = new Link({ nodes: [node.value], tls: undefined, what: "the bench", io, log, random: () => 0, abort });
  let failed = 0;
  for (let batch = await queue.next(BATCH_ROWS); batch !== undefined; batch = await queue.next(BATCH_ROWS)) {
    const rows = batch;
    const sent = await link.request((send) => sendBatch(send, rows, { now: io.now().clock, timeout: 3 }));
    if (sent.kind !== "done") throw new Error(`a batch was not taken: ${sent.kind}`);
    failed += sent.value.failed;
    queue.acknowledge(batch, sent.value.failed);
  }
  return failed;
}

async function measured(work: () => Promise<void>) {
  const began = spent();
  const watch = watching();
  await work();
  const ended = spent();
  return { seconds: (ended.ms - began.ms) / 1000, cpu: (ended.cpu - began.cpu) / 1000, ...watch.end() };
}

/** Looks at memory and the event loop until it is ended. */
function watching() {
  let [most, stall] = [0, 0];
  let last = spent();
  const look = () => {
    const now = spent();
    stall = Math.max(stall, Math.min(now.ms - last.ms - PERIOD_MS, now.cpu - last.cpu));
    last = now;
    most = Math.max(most, resident());
  };
  const timer = setInterval(look, PERIOD_MS);
  return {
    end: () => {
      clearInterval(timer);
      look();
      return { most, stall };
    },
  };
}

const PERIOD_MS = 2;

/** Milliseconds: now, and of work so far. On a machine that is busy with other things a process also waits for these. */
function spent(): { readonly ms: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpu: (user + system) / 1000 };
}

function resident(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

/** MB that are still of use, when run with --expose-gc. */
async function inUse(): Promise<number> {
  globalThis.gc?.();
  await setImmediate(); // what ends outside of the heap is given back in a later turn
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
