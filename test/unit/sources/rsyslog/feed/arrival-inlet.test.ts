import { describe, expect, test } from "vitest";
import type { DatagramsHeard, FifoHeard, Io } from "../../../../../src/io/io.ts";
import type { Log } from "../../../../../src/io/log.ts";
import { Slices } from "../../../../../src/io/slices.ts";
import { openFeed } from "../../../../../src/sources/rsyslog/feed/open-feed.ts";
import type { FeedChoice } from "../../../../../src/sources/rsyslog/feed/sweep.ts";
import { fakeIo } from "../../../schedule/fake-io.ts";
import { records, START } from "./text.ts";

const FIFO: FeedChoice = { kind: "fifo", path: "/run/stats" };
const UDP: FeedChoice = { kind: "udp", host: "127.0.0.1", port: 24170 };
const raw = (value: number) => records(value).map((record) => `${record}\n`);

/** A feed whose FIFO or socket is fed by hand. */
class Host {
  readonly #io = fakeIo({ clock: START, mono: 1000 });
  readonly warnings: string[] = [];
  readonly #log = { warning: (text: string) => this.warnings.push(text) } as Pick<Log, "warning"> as unknown as Log;
  #fifo: FifoHeard | undefined;
  #socket: DatagramsHeard | undefined;
  /** Whether opening fails, and how. */
  fault: string | undefined;
  stands = true;
  opened = 0;
  closed = 0;
  readonly feed;

  constructor(choice: FeedChoice) {
    this.feed = openFeed(choice, this.#world(), this.#log);
  }

  #world(): Io {
    const listener = (heard: FifoHeard | DatagramsHeard) => {
      this.opened += 1;
      const { fault } = this;
      if (fault !== undefined) queueMicrotask(() => heard.failed(fault));
      return { stands: () => this.stands, close: () => (this.closed += 1) };
    };
    return {
      ...this.#io,
      access: () => ({ mode: 0o600, uid: 0, gid: 0 }),
      listenFifo: (_, heard) => {
        this.#fifo = heard;
        return listener(heard);
      },
      listenDatagrams: (_, heard) => {
        this.#socket = heard;
        return listener(heard);
      },
    };
  }

  async pass(seconds: number): Promise<void> {
    await this.#io.pass(seconds);
  }

  write(text: string | Buffer): void {
    this.#fifo?.chunk(Buffer.from(text));
  }

  send(text: string, from = "127.0.0.1"): void {
    this.#socket?.datagram(Buffer.from(text), from);
  }

  fail(reason: string): void {
    this.#socket?.failed(reason);
    this.#fifo?.failed(reason);
  }

  /** Counts of enqueued messages of the sweeps that it brings. */
  async look(): Promise<readonly unknown[]> {
    await this.feed.look(new Slices(this.#io));
    return this.feed
      .take()
      .map(({ objects }) => objects.find(({ name }) => name === "main Q")?.numbers.get("enqueued"));
  }
}

describe("a FIFO", () => {
  test("a sweep is whole two seconds after its last record, or at once with END", async () => {
    const host = new Host(FIFO);
    await host.look();
    await host.pass(5);
    host.write(raw(1).join(""));
    expect(await host.look()).toEqual([]);
    await host.pass(2);
    expect(await host.look()).toEqual([1]);
    expect(host.feed.newest).toMatchObject({ clock: START + 5, arrived: { mono: 1005 } });
    host.write(`BEGIN\n${raw(2).join("")}END\n`);
    expect(await host.look()).toEqual([2]);
  });

  test("chunks end anywhere, and several sweeps may come between two looks", async () => {
    const host = new Host(FIFO);
    await host.look();
    for (const value of [1, 2, 3]) {
      await host.pass(10);
      for (const piece of raw(value)
        .join("")
        .match(/.{1,7}/gs) ?? [])
        host.write(piece);
    }
    await host.pass(2);
    expect(await host.look()).toEqual([1, 2, 3]);
    expect(host.feed.interval).toBe(10);
  });

  test("what was in it already begins in the middle of a sweep", async () => {
    const host = new Host(FIFO);
    await host.look();
    host.write(raw(1).slice(1).join(""));
    await host.pass(10);
    host.write(raw(2).join(""));
    await host.pass(2);
    expect(await host.look()).toEqual([2]);
    expect(host.feed.counts.lostSweeps).toBe(1);
  });

  test("too much between two looks is left out, and what follows is read again", async () => {
    const host = new Host(FIFO);
    await host.look();
    await host.pass(3);
    host.write(raw(0).join(""));
    await host.pass(3);
    host.write(raw(1).join(""));
    for (let chunk = 0; chunk < 400; chunk += 1) host.write(Buffer.alloc(65_536, `${"x".repeat(99)}\n`));
    await host.pass(10);
    host.write(raw(2).join(""));
    expect(await host.look()).toEqual([0, 1]);
    host.write(raw(3).join(""));
    await host.pass(10);
    host.write(raw(4).join(""));
    await host.pass(2);
    expect(await host.look()).toEqual([2, 3, 4]);
    expect(host.feed.counts.lostBytes).toBeGreaterThan(9e6);
  });

  test("says why it cannot be read, tries again at each look, and says no more when it can", async () => {
    const host = new Host(FIFO);
    host.fault = "permission denied";
    await host.look();
    expect(host.feed.trouble).toMatch(
      /^cannot read "\/run\/stats": permission denied at .*mode 0600, owner 0.*; mend: setfacl/,
    );
    expect(host.feed.finding).toMatchObject({ what: "/run/stats" });
    host.fault = "no such file or directory";
    await host.look();
    expect(host.feed.trouble).toBe('cannot read "/run/stats": no such file or directory');
    expect(host.feed.finding).toBeUndefined();
    host.fault = undefined;
    await host.look();
    await host.look();
    expect(host.feed.trouble).toBeUndefined();
    expect(host.opened).toBe(3);
  });

  test("made anew: the new one is read", async () => {
    const host = new Host(FIFO);
    await host.look();
    host.stands = false;
    await host.look();
    expect([host.opened, host.closed]).toEqual([2, 1]);
    host.feed.close();
    await host.look();
    expect([host.opened, host.closed]).toEqual([2, 2]);
  });
});

describe("UDP", () => {
  const header = "<47>Nov 21 23:36:40 vm rsyslogd-pstats: ";

  test("a datagram is a record, with a line feed or without", async () => {
    const host = new Host(UDP);
    await host.look();
    for (const line of ["BEGIN", ...records(7), "END"]) host.send(`${header}${line}`);
    expect(await host.look()).toEqual([7]);
    for (const line of ["BEGIN", ...records(8), "END"]) host.send(`${line}\n`);
    expect(await host.look()).toEqual([8]);
    expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, lines: 12 });
  });

  test("datagrams that are lost cost their objects only", async () => {
    const host = new Host(UDP);
    await host.look();
    for (const line of ["BEGIN", ...records(7).slice(1), "END", ...records(8).slice(0, 2), "END"]) host.send(line);
    expect(await host.look()).toEqual([7, undefined]);
  });

  test("garbage is counted, whoever sends it", async () => {
    const host = new Host(UDP);
    await host.look();
    for (const line of [
      "",
      "\0\0",
      "GET / HTTP/1.1\r\n\r\n",
      '{"name"',
      "\xff\xfe",
      "BEGIN",
      ...records(7),
      "garbage",
      "END",
    ]) {
      host.send(line);
    }
    expect(await host.look()).toEqual([7]);
    expect(host.feed.counts).toMatchObject({ unknown: 3, malformed: 1 });
  });

  test("this host alone is listened to", async () => {
    const host = new Host(UDP);
    await host.look();
    for (const line of ["BEGIN", ...records(7), "END"]) host.send(line, "192.0.2.7");
    expect(await host.look()).toEqual([]);
    expect(host.feed.counts).toMatchObject({ strangers: 6, lines: 0 });
    expect(host.warnings).toEqual(["Refused statistics from 192.0.2.7: only this host may send them."]);
    for (const from of ["127.9.9.9", "::1", "::ffff:127.0.0.1"]) host.send("END", from);
    await host.look();
    expect(host.feed.counts).toMatchObject({ strangers: 6, lines: 3 });
  });

  test("says why it cannot listen", async () => {
    const host = new Host(UDP);
    await host.look();
    host.fail("address already in use");
    expect(host.feed.trouble).toBe("cannot listen on UDP 127.0.0.1:24170: address already in use");
    await host.look();
    expect([host.opened, host.feed.finding]).toEqual([2, undefined]);
  });
});
