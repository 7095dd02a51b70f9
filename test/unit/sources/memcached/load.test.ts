import fc from "fast-check";
import { expect, test } from "vitest";
import { Bench } from "./bench.ts";

/** What a tick's time brings, in this order: requests, an event, more requests, then the sample or a failure. */
interface Minute {
  readonly before: Requests;
  readonly event: "none" | "restart" | "reset" | "flush";
  readonly after: Requests;
  readonly sampled: boolean;
  readonly age: number;
  readonly evictedTime: number;
}

interface Requests {
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
}

const count = fc.oneof(fc.constant(0), fc.nat(1000));
const requests = fc.record({ hits: count, misses: count, evicted: count });
const minute: fc.Arbitrary<Minute> = fc.record({
  before: requests,
  event: fc.constantFrom("none", "none", "none", "none", "none", "restart", "reset", "flush"),
  after: requests,
  sampled: fc
    .boolean()
    .chain((rare) => (rare ? fc.constant(true) : fc.integer({ min: 0, max: 3 }).map((die) => die > 0))),
  age: fc.nat(100_000),
  evictedTime: fc.nat(100_000),
});

/** What a memcached counts, and what really happened. */
class Server {
  readonly bench = new Bench();
  /** By slot: requests that really came since the slot before. */
  readonly real: { hits: number; misses: number }[] = [];
  #hits = 0;
  #misses = 0;
  #evicted = 0;
  #flushes = 0;
  #life = 1;
  #started = 0;
  #sampledSlots = new Set<number>();
  /** Nobody can know these: requests after the last sample before a restart or reset. */
  #unsampled = 0;
  lost = 0;
  /** A flush is seen by the next sample's count, unless there was none before or a reset came between. */
  seenFlush = Number.NEGATIVE_INFINITY;
  #flushedAt: number | undefined;
  #comparable = false;

  live(minutes: readonly Minute[]): this {
    for (const [slot, passed] of minutes.entries()) this.#pass(passed, slot);
    return this;
  }

  sampled(slot: number): boolean {
    return this.#sampledSlots.has(slot);
  }

  /** Seconds since the process really started. */
  uptime(slot: number): number {
    return slot * 60 - this.#started;
  }

  #pass({ before, event, after, sampled, age, evictedTime }: Minute, slot: number): void {
    const clock = slot * 60;
    this.#serve(before);
    if (event === "flush") this.#flush(clock - 30);
    if (event === "restart") this.#restart(clock - 30);
    if (event === "reset") this.#reset();
    this.#serve(after);
    this.real.push({ hits: before.hits + after.hits, misses: before.misses + after.misses });
    if (sampled) this.#sample(slot, age, evictedTime);
    else this.bench.failed(slot, "hung", "no reply");
  }

  #sample(slot: number, age: number, evictedTime: number): void {
    const clock = slot * 60;
    if (this.#comparable) this.seenFlush = this.#flushedAt ?? this.seenFlush;
    this.#flushedAt = undefined;
    this.#comparable = true;
    this.#unsampled = 0;
    this.#sampledSlots.add(slot);
    this.bench.good(slot, {
      epoch: String(this.#life),
      numbers: {
        get_hits: this.#hits,
        get_misses: this.#misses,
        cmd_flush: this.#flushes,
        uptime: clock - this.#started,
      },
      parts: { "120": { number: 50, age, evicted: this.#evicted, evicted_time: evictedTime, outofmemory: 0 } },
    });
  }

  #serve({ hits, misses, evicted }: Requests): void {
    this.#hits += hits;
    this.#misses += misses;
    this.#evicted += evicted;
    this.#unsampled += hits + misses;
  }

  #restart(clock: number): void {
    this.#clear();
    this.#life++;
    this.#started = clock;
    this.seenFlush = Number.NEGATIVE_INFINITY;
    this.#flushedAt = undefined;
  }

  #flush(clock: number): void {
    this.#flushedAt = clock;
    this.#flushes++;
  }

  #reset(): void {
    this.#clear();
    this.#comparable = false;
  }

  #clear(): void {
    [this.#hits, this.#misses, this.#evicted, this.#flushes] = [0, 0, 0, 0];
    this.lost += this.#unsampled;
    this.#unsampled = 0;
  }
}

const minutes = fc.array(minute, { minLength: 2, maxLength: 30 });

/** What really came in the slots that a window may speak of: one more where its first slot is a hole. */
function really(server: Server, end: number, length: number): { hits: number; misses: number; all: number } {
  const start = end - length;
  const from = server.sampled(start) ? start + 1 : start;
  const slots = server.real.slice(Math.max(from, 0), end + 1);
  const hits = slots.reduce((sum, slot) => sum + slot.hits, 0);
  const misses = slots.reduce((sum, slot) => sum + slot.misses, 0);
  return { hits, misses, all: hits + misses };
}

test("no window tells of less than nothing or more than what really happened", () => {
  fc.assert(
    fc.property(minutes, fc.integer({ min: 1, max: 20 }), (lived, length) => {
      const server = new Server().live(lived);
      const { bench } = server;
      const view = server.sampled(lived.length - 1) || lived.some(({ sampled }) => sampled) ? bench.view() : undefined;
      if (view === undefined || view.good === undefined) return;
      const real = really(server, view.slot, length);
      const requests = bench.ask(`memcached.requests[mc,${length}m]`);
      const ratio = bench.ask(`memcached.hit_ratio[mc,${length}m]`);
      const hits = bench.ask(`memcached.delta[mc,get_hits,${length}m]`);
      const old = bench.ask(`memcache.hit_ratio[${length}]`);
      if (requests.kind === "value") expect(Number(requests.text)).toSatisfy(within(0, real.all));
      if (hits.kind === "value") expect(Number(hits.text)).toSatisfy(within(0, real.hits));
      if (ratio.kind === "value") expect(Number(ratio.text)).toSatisfy(within(0, 100));
      if (old.kind === "value" && old.text !== "-1") expect(Number(old.text)).toSatisfy(within(0, 100));
    }),
    { numRuns: 400 },
  );
});

test("across restarts the whole history adds up, but for what fell between a sample and a restart", () => {
  const restarting = fc.array(
    minute.map((one): Minute => ({ ...one, event: one.event === "restart" ? "restart" : "none" })),
    { minLength: 2, maxLength: 30 },
  );
  fc.assert(
    fc.property(restarting, (lived) => {
      const last = lived.length - 1;
      const framed = lived.map((one, slot) => (slot === 0 || slot === last ? { ...one, sampled: true } : one));
      const quiet = framed.map((one, slot) => (slot === 0 ? { ...one, event: "none" as const } : one));
      const server = new Server().live(quiet);
      const real = really(server, last, last);
      expect(server.bench.text(`memcached.requests[mc,${last}m]`)).toBe(String(real.all - server.lost));
    }),
    { numRuns: 200 },
  );
});

test("the minimum TTL is never above the process's life nor the time since a flush", () => {
  let told = 0;
  fc.assert(
    fc.property(minutes, (lived) => {
      const server = new Server().live(lived);
      const last = lived.length - 1;
      if (!server.sampled(last)) return;
      const found = server.bench.ask("memcached.ttl.min[mc,,,0]");
      if (found.kind !== "value") return;
      told++;
      expect(Number(found.text)).toSatisfy(within(0, Math.min(server.uptime(last), last * 60 - server.seenFlush)));
    }),
    { numRuns: 400 },
  );
  expect(told).toBeGreaterThan(50);
});

function within(least: number, most: number): (found: number) => boolean {
  return (found) => found >= least && found <= most;
}
