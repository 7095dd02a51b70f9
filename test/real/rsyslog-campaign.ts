import { expect } from "vitest";
import { type Rsyslogd, Sink, Watched } from "./rsyslogd.ts";
import { waitFor } from "./wait.ts";

/** The action queue that all phases are about: `forward queue`. */
const QUEUE = "forward_queue-1af5ed";
const MAIN = "main_Q-e0d488";
/** A report tells its time in whole seconds. */
const STAMP_SECONDS = 1;
/** Messages that the action takes at once. */
const BATCH = 10;

/**
 * Of a batch that is cut off, which happens where the action comes back, rsyslogd puts what it has sent already into the
 * queue once more (and loses that where the queue is full): each part of the queue one batch at most.
 */
function expectAbout(found: number, exact: number): void {
  expect(Math.abs(found - exact), `${found} instead of ${exact}`).toBeLessThanOrEqual(2 * BATCH);
}

/** Directives of a forwarding action that retries for ever, with a disk-assisted queue: small, so that it is soon full. */
export function forwardAction(host: string, port: number, more = ""): readonly string[] {
  return [
    'main_queue(queue.type="LinkedList" queue.size="20000" queue.timeoutenqueue="50")',
    ':syslogtag, startswith, "rsyslogd" stop', // what it says of itself would be forwarded, too
    `action(name="forward" type="omfwd" target="${host}" port="${port}" protocol="tcp"`,
    '  action.resumeRetryCount="-1" action.resumeInterval="1"',
    '  queue.type="LinkedList" queue.size="1000" queue.highwatermark="600" queue.lowwatermark="100"',
    '  queue.filename="fwdq" queue.maxDiskSpace="1m" queue.maxFileSize="256k"',
    `  queue.timeoutenqueue="1" queue.saveOnShutdown="on" queue.dequeueBatchSize="${BATCH}" ${more})`,
  ];
}

/** One rsyslogd through all phases; in each the items are held against what was sent and received. */
export class Campaign {
  readonly rsyslogd: Rsyslogd;
  readonly sink: Sink;
  readonly watched: Watched;
  sent = 0;

  constructor(
    rsyslogd: Rsyslogd,
    sinkAt: { readonly host: string; readonly port: number },
    lines: readonly string[] = [],
  ) {
    this.rsyslogd = rsyslogd;
    this.sink = new Sink(sinkAt);
    this.watched = new Watched([`Configuration=${rsyslogd.configuration}`, ...lines], { slots: 121 });
  }

  get(key: string): string {
    return this.watched.bench.text(key);
  }

  number(key: string): number {
    return this.watched.bench.number(key);
  }

  /** A counter of the queue's newest sample. */
  counted(name: string): number {
    const sample = this.watched.bench.samples.get(`rsyslog.queue ${QUEUE}`);
    return sample?.kind === "good" ? Number(sample.numbers.get(name)) : Number.NaN;
  }

  get lost(): number {
    return this.counted("discarded_full") + this.counted("discarded_nf");
  }

  async begin(): Promise<void> {
    await this.rsyslogd.start();
    await this.watched.begin();
  }

  async idle(): Promise<void> {
    await this.watched.until(`rsyslog.queue.stuck[${QUEUE}]`, "0");
    expect(this.get(`rsyslog.queue.size[${QUEUE}]`)).toBe("0");
    expect(this.get(`rsyslog.queue.drain_time[${QUEUE}]`)).toBe("0");
    expect(this.get(`rsyslog.queue.da[${QUEUE}]`)).toBe("0");
    expect(this.get(`rsyslog.queue.capacity[${QUEUE}]`)).toBe("1000");
    expect(this.get(`rsyslog.queue.capacity[${QUEUE},disk]`)).toBe(String(2 ** 20));
    await this.watched.until("rsyslog.queue.capacity", "20000"); // the main queue is meant
  }

  /** Messages by logger(1) that fit into memory. */
  async growInMemory(count: number): Promise<void> {
    this.rsyslogd.log(count);
    this.sent += count;
    await this.watched.until(`rsyslog.queue.size[${QUEUE}]`, String(this.sent));
    expect(this.get(`rsyslog.queue.da[${QUEUE}]`)).toBe("0");
    expect(this.counted("enqueued")).toBe(this.sent);
    expect(this.number(`rsyslog.queue.fill_time[${QUEUE}]`)).toBeLessThan(31_536_000);
    expect(this.get(`rsyslog.queue.drain_time[${QUEUE}]`)).toBe("31536000");
  }

  /** The action retries for ever: no failure is reported, but nothing leaves. */
  async retryForEver(): Promise<void> {
    const since = this.#reported;
    await this.watched.until(`rsyslog.queue.stuck[${QUEUE}]`, "1", 10);
    expect(this.#reported - since).toBeLessThanOrEqual(3 + STAMP_SECONDS); // one report a second
    expect(this.get(`rsyslog.queue.state[${QUEUE}]`)).toBe("4");
    expect(this.get(`rsyslog.queue.dequeued.rate[${QUEUE},2s]`)).toBe("0");
    expect(this.get("rsyslog.action.state[forward]")).toBe("0");
    expect(this.get("rsyslog.action.suspended[forward]")).toBe("0");
    expect(this.get("rsyslog.action.failed[forward,2s]")).toBe("0");
  }

  /** A burst by TCP that goes to disk. */
  async spill(count: number): Promise<void> {
    await this.#burst(count);
    await this.watched.until(`rsyslog.queue.da[${QUEUE}]`, "1");
    const isAllTold = () => this.number(`rsyslog.queue.size[${QUEUE}]`) + this.lost === this.sent;
    await waitFor(isAllTold, { what: "all to be in the queue" });
    expect(this.lost).toBeLessThanOrEqual(BATCH); // memory may be full for the millisecond that it waits
    expect(this.number("rsyslog.spool.bytes")).toBeGreaterThan(100_000);
    expect(this.get("rsyslog.spool.state")).toBe("1");
    await this.watched.until("rsyslog.spool.leftovers", "0"); // at the next report rsyslogd tells whose files they are
  }

  /** More than memory and disk hold: what is not in the queue is lost, and all of it is told. */
  async fillUp(count: number): Promise<void> {
    await this.#burst(count);
    await this.watched.until(`rsyslog.queue.discarding[${QUEUE}]`, "1", 15);
    expect(this.get(`rsyslog.queue.fill_time[${QUEUE}]`)).toMatch(/^[0-9]$/);
    await this.settled();
    expect(this.lost).toBeGreaterThan(0);
    expect(this.number(`rsyslog.queue.size[${QUEUE}]`) + this.lost).toBe(this.sent);
    expect(this.number(`rsyslog.queue.pused[${QUEUE}]`)).toBeGreaterThan(90);
    expect(this.get(`rsyslog.queue.stuck[${QUEUE}]`)).toBe("1");
    expect(this.counted("full")).toBeGreaterThanOrEqual(this.lost);
  }

  /** Waits until the main queue has handed everything over, and two reports running say the same. */
  async settled(): Promise<void> {
    await this.watched.until(`rsyslog.queue.size[${MAIN}]`, "0", 60);
    await waitFor(() => this.counted("enqueued") === this.sent, { what: "all to be enqueued", seconds: 30 });
    await this.watched.until(`rsyslog.queue.discarding[${QUEUE}]`, "0", 30);
  }

  /**
   * The destination is there again. Each prediction between the first moments and the end is held against when the queue
   * was really empty.
   */
  async drain(): Promise<void> {
    const [expected, before] = [this.number(`rsyslog.queue.size[${QUEUE}]`), this.sink.received];
    const left = this.counted("delivered");
    await this.sink.open();
    const predictions: { readonly from: number; readonly seconds: number }[] = [];
    await this.watched.until(`rsyslog.queue.stuck[${QUEUE}]`, "0");
    await waitFor(
      () => {
        this.#predict(predictions, expected);
        return this.get(`rsyslog.queue.size[${QUEUE}]`) === "0";
      },
      { what: "the queue to be drained", seconds: 120 },
    );
    const received = this.sink.received - before;
    expectAbout(received + this.lost, this.sent);
    expectAbout(this.counted("delivered") - left, received);
    const end = this.sink.last / 1000;
    expect(predictions.length).toBeGreaterThanOrEqual(2);
    for (const { from, seconds } of predictions) {
      const really = end - from;
      const allowed = 0.3 * really + STAMP_SECONDS;
      expect(Math.abs(seconds - really), JSON.stringify({ predictions, end })).toBeLessThanOrEqual(allowed);
    }
    expect(this.get(`rsyslog.queue.drain_time[${QUEUE}]`)).toBe("0");
    expect(this.get(`rsyslog.queue.state[${QUEUE}]`)).toBe("0");
  }

  /** One for each report in which between 70 and 30 % of the messages are left; `from` is when it was made. */
  #predict(predictions: { from: number; seconds: number }[], expected: number): void {
    const master = this.watched.bench.json(`rsyslog.queue.get[${QUEUE}]`);
    const left = Number(master["size"]) / expected;
    const now = this.watched.bench.io.now();
    const from = performance.now() / 1000 - (now.clock - Number(master["report_time"]));
    const isNew = Math.abs(from - (predictions.at(-1)?.from ?? 0)) > 0.5;
    if (left < 0.7 && left > 0.3 && isNew) predictions.push({ from, seconds: Number(master["drain_time"]) });
  }

  /**
   * What waits at a clean stop is saved, is there at the next start, and is delivered. The first batch after the
   * destination went may be written to a connection that is closed already; nobody knows of its end.
   */
  async saveAndResume(count: number): Promise<void> {
    await this.sink.close();
    this.rsyslogd.log(count);
    this.sent += count;
    const isThere = (size: number) => size >= count - 2 * BATCH && size <= count;
    const waiting = Number(await this.watched.until(`rsyslog.queue.size[${QUEUE}]`, isThere, 15));
    await this.rsyslogd.stop();
    await this.watched.until(`rsyslog.queue.state[${QUEUE}]`, "5", 15);
    expect(this.get(`rsyslog.queue.size[${QUEUE}]`)).toContain("(unknown:");
    expect(this.get("rsyslog.stats.state")).toBe("2");
    await this.rsyslogd.start();
    const isSaved = (size: number) => size >= waiting - 2 * BATCH && size <= waiting;
    const saved = Number(await this.watched.until(`rsyslog.queue.size[${QUEUE}]`, isSaved, 15));
    expect(this.get(`rsyslog.queue.da[${QUEUE}]`)).toBe("1");
    const before = this.sink.received;
    await this.sink.open();
    await this.watched.until(`rsyslog.queue.size[${QUEUE}]`, "0", 30);
    expectAbout(this.sink.received - before, saved);
  }

  /** Time of the newest report. */
  get #reported(): number {
    return Number(this.watched.bench.json(`rsyslog.queue.get[${QUEUE}]`)["report_time"]);
  }

  async #burst(count: number): Promise<void> {
    await this.rsyslogd.burst(count);
    this.sent += count;
  }
}
