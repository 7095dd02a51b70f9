import { copyFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bytePath } from "../../src/io/local-files.ts";
import type { Log } from "../../src/io/log.ts";
import { realIo } from "../../src/io/real-io.ts";
import { Slices } from "../../src/io/slices.ts";
import { openFeed } from "../../src/sources/rsyslog/feed/open-feed.ts";
import { StatsReader } from "../../src/sources/rsyslog/feed/stats-reader.ts";
import type { FeedChoice, StatsFeed, Sweep } from "../../src/sources/rsyslog/feed/sweep.ts";
import { address, freePort } from "./address.ts";
import { send } from "./proc.ts";
import type { Program } from "./program.ts";
import { isSkipped, run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const HOST = address(import.meta.url);
const MESSAGES = 200;
const io = realIo();
const log = { warning: () => undefined } as Pick<Log, "warning"> as unknown as Log;
const opened: StatsFeed[] = [];

afterAll(() => {
  for (const feed of opened) feed.close();
});

/** A real rsyslogd with a sweep each second, and what a feed made of its statistics. */
class Host {
  readonly directory = temporaryDirectory();
  readonly stats = join(this.directory, "stats");
  readonly sweeps: Sweep[] = [];
  #feed: StatsFeed | undefined;
  #program: Program | undefined;

  async start(lines: readonly string[], choice?: FeedChoice): Promise<this> {
    const socket = this.#path("log");
    const configuration = [
      `global(workDirectory="${this.directory}")`,
      ...lines,
      'module(load="imuxsock" SysSock.Use="off")',
      `input(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")`,
      `action(type="omfile" file="${this.#path("messages")}")`,
    ];
    writeFileSync(this.#path("conf"), `${configuration.join("\n")}\n`);
    const feed = openFeed(choice ?? { kind: "file", path: bytePath(this.stats) }, io, log);
    opened.push(feed);
    this.#feed = feed;
    await feed.look(new Slices(io));
    const args = ["-n", "-f", this.#path("conf"), "-i", this.#path("pid")];
    this.#program = await start("rsyslogd", args, { ready: () => existsSync(socket) });
    return this;
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  get feed(): StatsFeed {
    if (this.#feed === undefined) throw new Error("not started");
    return this.#feed;
  }

  /** Messages that rsyslogd has had, as the newest sweep says, once there are so many more sweeps. */
  async later(more: number): Promise<number> {
    const count = this.sweeps.length + more;
    await this.#until(() => this.sweeps.length >= count, `${count} sweeps`);
    return enqueued(this.sweeps.at(-1));
  }

  /** The same once it has had so many messages at least. */
  async reaches(messages: number): Promise<number> {
    await this.#until(() => enqueued(this.sweeps.at(-1)) >= messages, `${messages} messages`);
    return enqueued(this.sweeps.at(-1));
  }

  async #until(isThere: () => boolean, what: string): Promise<void> {
    const look = async () => {
      await this.feed.look(new Slices(io));
      this.sweeps.push(...this.feed.take());
      return isThere();
    };
    await waitFor(look, { what, seconds: 15 });
  }

  async log(): Promise<void> {
    const input = Array.from({ length: MESSAGES }, (_, index) => `message ${index}\n`).join("");
    expect(await run("logger", ["--socket", this.#path("log")], { input })).toMatchObject({ status: 0 });
  }

  /** Tells it to open its files anew. */
  hangUp(): void {
    if (this.#program !== undefined) send(this.#program.pid, "SIGHUP");
  }
}

function enqueued(sweep: Sweep | undefined): number {
  const main = sweep?.objects.find(({ name }) => name === "main Q");
  return Number(main?.numbers.get("enqueued"));
}

/** All that the named files hold, read afresh. */
async function sweepsIn(paths: readonly string[]): Promise<readonly number[]> {
  const reader = new StatsReader();
  reader.begin();
  const stamp = io.now();
  for (const path of paths) {
    await reader.read(readFileSync(path), { stamp, written: stamp.clock, delay: 60 }, new Slices(io));
  }
  reader.quiet();
  return reader.sweeps.take().map(enqueued);
}

const impstats = (more: string) => `module(load="impstats" interval="1" severity="7" ${more})`;
const toFile = (host: Host, format: string) => impstats(`format="${format}" log.syslog="off" log.file="${host.stats}"`);

describe.skipIf(isSkipped("rsyslogd")).concurrent("each format in a file", () => {
  test.for(["json", "cee", "json-elasticsearch", "legacy"])("%s", async (format, { expect }) => {
    const host = new Host();
    await host.start([toFile(host, format)]);
    const before = await host.later(2);
    await host.log();
    expect(await host.reaches(before + MESSAGES)).toBe(before + MESSAGES);
    expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, late: 0, lostSweeps: 0 });
    expect(host.feed.newest?.objects.map(({ origin }) => origin)).toContain("imuxsock");
    const { clock = 0 } = host.feed.newest ?? {};
    expect(Math.abs(io.now().clock - clock)).toBeLessThan(4);
    expect(host.feed.interval).toBe(1);
  });
});

describe.skipIf(isSkipped("rsyslogd")).concurrent("rotation", () => {
  test("by renaming: not a sweep is missed", async ({ expect }) => {
    const host = new Host();
    await host.start([toFile(host, "json")]);
    await host.later(2);
    await host.log();
    renameSync(host.stats, `${host.stats}.1`);
    await host.later(1); // still to the old one
    host.hangUp();
    await host.log();
    await host.later(2);
    renameSync(host.stats, `${host.stats}.2`);
    host.hangUp();
    await host.later(2);
    const written = await sweepsIn([`${host.stats}.1`, `${host.stats}.2`, host.stats]);
    expect(host.sweeps.map(enqueued)).toEqual(written.slice(0, host.sweeps.length));
    expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, lostSweeps: 0 });
    expect(host.feed.trouble).toBeUndefined();
  });

  test("by copying and truncating", async ({ expect }) => {
    const host = new Host();
    await host.start([toFile(host, "json")]);
    const before = await host.later(2);
    for (let turn = 0; turn < 2; turn += 1) {
      copyFileSync(host.stats, `${host.stats}.1`);
      truncateSync(host.stats, 0);
      await host.log();
      await host.later(2);
    }
    expect(await host.reaches(before + 2 * MESSAGES)).toBe(before + 2 * MESSAGES);
    expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0 });
  });
});

describe.skipIf(isSkipped("rsyslogd")).concurrent("statistics as messages", () => {
  const ruleset = (action: string) => [
    impstats('format="json" log.syslog="on" ruleset="stats" bracketing="on"'),
    'template(name="bare" type="string" string="%msg%\\n")',
    `ruleset(name="stats") { ${action} }`,
  ];

  test.for(["bare", "RSYSLOG_FileFormat", "RSYSLOG_TraditionalFileFormat", "RSYSLOG_SyslogProtocol23Format"])(
    "through a FIFO, %s",
    async (template, { expect }) => {
      const host = new Host();
      const fifo = join(host.directory, "fifo");
      await run("mkfifo", [fifo]);
      const lines = ruleset(`action(type="ompipe" pipe="${fifo}" template="${template}")`);
      await host.start(lines, { kind: "fifo", path: bytePath(fifo) });
      const before = await host.later(2);
      await host.log();
      await host.reaches(before + MESSAGES);
      expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, late: 0, lostSweeps: 0 });
      expect(Math.abs(io.now().clock - (host.feed.newest?.clock ?? 0))).toBeLessThan(4);
    },
  );

  test.for(["bare", "RSYSLOG_TraditionalForwardFormat", "RSYSLOG_ForwardFormat"])(
    "over UDP, %s",
    async (template, { expect }) => {
      const port = await freePort(HOST);
      const host = new Host();
      const target = `target="${HOST}" port="${port}" protocol="udp"`;
      const lines = ruleset(`action(type="omfwd" ${target} template="${template}")`);
      await host.start(lines, { kind: "udp", host: HOST, port });
      const before = await host.later(2);
      await host.log();
      await host.reaches(before + MESSAGES);
      expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, late: 0, lostSweeps: 0, strangers: 0 });
    },
  );
});
