import { describe, expect, test } from "vitest";
import type { Log } from "../../../../../src/io/log.ts";
import { Slices } from "../../../../../src/io/slices.ts";
import { openFeed } from "../../../../../src/sources/rsyslog/feed/open-feed.ts";
import { fakeIo } from "../../../schedule/fake-io.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { START, sweepText } from "./text.ts";

const PATH = "/var/log/rsyslog-stats.log";

/** A host with impstats' file, which is looked at by hand. Sweeps go by their seconds after START. */
class Host {
  readonly #io = fakeIo({ clock: START, mono: 1000 });
  readonly disk = new MemoryDisk(() => this.#io.now().clock);
  readonly warnings: string[] = [];
  readonly #log = { warning: (text: string) => this.warnings.push(text) } as Pick<Log, "warning"> as unknown as Log;
  readonly #world = { ...this.#io, files: this.disk.files, access: () => ({ mode: 0o600, uid: 0, gid: 0 }) };
  readonly feed;

  constructor() {
    this.feed = openFeed({ kind: "file", path: PATH }, this.#world, this.#log);
  }

  get second(): number {
    return this.#io.now().clock - START;
  }

  async pass(seconds: number): Promise<this> {
    await this.#io.pass(seconds);
    return this;
  }

  /** rsyslogd writes a sweep of this moment. */
  sweep(path = PATH): void {
    this.disk.append(path, sweepText(START + this.second));
  }

  /** What a look brings that was not there before: seconds of whole sweeps. */
  async look(): Promise<readonly number[]> {
    await this.feed.look(new Slices(this.#world));
    return this.feed.take().map(({ clock }) => clock - START);
  }

  /** Sweeps at a distance, the last of them now. */
  async sweeps(count: number, distance: number): Promise<void> {
    for (let sweep = 0; sweep < count; sweep += 1) {
      if (sweep > 0) await this.pass(distance);
      this.sweep();
    }
  }
}

describe("the newest sweep", () => {
  test("is whole two seconds later, without waiting for the next one", async () => {
    const host = new Host();
    await host.sweeps(1, 0);
    expect(await host.look()).toEqual([]);
    await host.pass(1.9);
    expect(await host.look()).toEqual([]);
    await host.pass(0.1);
    expect(await host.look()).toEqual([0]);
    expect(host.feed.newest?.clock).toBe(START);
    expect(await host.look()).toEqual([]);
  });

  test("is whole at the first look when the file has been quiet", async () => {
    const host = new Host();
    await host.sweeps(5, 300);
    await host.pass(2);
    expect(await host.look()).toEqual([900, 1200]);
    expect(host.feed.interval).toBe(300);
  });

  test("is whole though the file's clock goes ahead of ours", async () => {
    const host = new Host();
    host.disk.write(PATH, sweepText(START));
    await host.look();
    await host.pass(-1);
    host.disk.append(PATH, "");
    await host.pass(4);
    expect(await host.look()).toEqual([0]);
  });
});

describe("a file that grows", () => {
  test("none is missed, none comes twice, however many came since the last look", async () => {
    const host = new Host();
    await host.sweeps(2, 10);
    const taken = [...(await host.look())];
    for (const count of [1, 0, 3, 1, 7, 0, 2]) {
      for (let sweep = 0; sweep < count; sweep += 1) {
        await host.pass(10);
        host.sweep();
      }
      taken.push(...(await host.look()));
    }
    await host.pass(2);
    taken.push(...(await host.look()));
    expect(taken).toEqual(Array.from({ length: 16 }, (_, index) => index * 10));
    expect(host.feed.counts).toMatchObject({ unknown: 0, malformed: 0, lostSweeps: 0 });
  });

  test("half lines wait for their other half", async () => {
    const host = new Host();
    host.sweep();
    await host.look();
    await host.pass(10);
    const text = sweepText(START + 10);
    for (const [from, to] of [
      [0, 40],
      [40, 41],
      [41, 300],
      [300, 10_000],
    ] as const) {
      host.disk.append(PATH, text.slice(from, to));
      await host.look();
    }
    await host.pass(2);
    expect(await host.look()).toEqual([10]);
    expect(host.feed.counts).toMatchObject({ malformed: 0, unknown: 0 });
  });

  test("faster than it may be read: caught up with at the next looks, without loss", async () => {
    const host = new Host();
    await host.sweeps(1, 0);
    await host.look();
    await host.pass(1);
    const noise = Buffer.alloc(60e6, `${"x".repeat(99)}\n`);
    host.disk.append(
      PATH,
      Buffer.concat([Buffer.from(sweepText(START + 1)), noise, Buffer.from(sweepText(START + 2))]),
    );
    const before = host.disk.read;
    expect(await host.look()).toEqual([0]);
    expect(host.disk.read - before).toBeLessThan(10e6);
    const taken: number[] = [];
    for (let look = 0; look < 10; look += 1) {
      await host.pass(1);
      taken.push(...(await host.look()));
    }
    expect(taken).toEqual([1, 2]);
    expect(host.feed.counts).toMatchObject({ unknown: 600_000, lostBytes: 0 });
    expect(host.warnings).toEqual([]);
  });

  test("too fast for ever: near its end again, and says what it left out", async () => {
    const host = new Host();
    await host.sweeps(2, 1);
    await host.look();
    await host.pass(1);
    host.disk.append(PATH, Buffer.alloc(80e6, `${"x".repeat(99)}\n`));
    for (const second of [2, 3, 4, 5]) host.disk.append(PATH, sweepText(START + second));
    await host.pass(6);
    const before = host.disk.read;
    expect(await host.look()).toEqual([1, 2, 3, 4, 5]);
    expect(host.disk.read - before).toBeLessThan(2e6);
    expect(host.feed.counts.lostBytes).toBeGreaterThan(60e6);
    expect(host.warnings).toHaveLength(1);
  });
});

describe("a file with a past", () => {
  test("of a million lines is not read: the two newest sweeps, and rates can be told at once", async () => {
    const host = new Host();
    const old = sweepText(START - 1000);
    host.disk.append(PATH, Buffer.alloc(old.length * 250_000, old));
    await host.sweeps(5, 10);
    await host.pass(2);
    expect(await host.look()).toEqual([30, 40]);
    expect(host.disk.read).toBeLessThan(2e6);
    expect(host.feed.interval).toBe(10);
  });

  test("with sweeps larger than what is looked at first", async () => {
    const host = new Host();
    const large = (second: number) =>
      Array.from({ length: 6000 }, (_, index) =>
        sweepText(START + second)
          .split("\n")[3]
          ?.replace("main Q", `queue ${index}`),
      ).join("\n");
    host.disk.append(PATH, [-30, -20, -10, 0].map((second) => `${large(second)}\n`).join(""));
    await host.pass(2);
    expect(await host.look()).toEqual([-10, 0]);
    expect(host.feed.newest?.objects).toHaveLength(6000);
  });

  test("in a zone that is not ours, hours ago", async () => {
    const host = new Host();
    for (const second of [-20_000, -10_000, 0]) host.disk.append(PATH, sweepText(START + second, 1, -16_200));
    await host.pass(9000);
    expect(await host.look()).toEqual([-10_000, 0]);
  });

  test("that begins in the middle of a sweep", async () => {
    const host = new Host();
    host.disk.append(PATH, `${"x".repeat(2 ** 24)}\n${sweepText(START).slice(50)}${sweepText(START + 10)}`);
    await host.pass(12);
    expect(await host.look()).toEqual([10]);
  });
});

describe("rotation", () => {
  test("by renaming: the rest of the old file first, then the new one", async () => {
    const host = new Host();
    await host.sweeps(2, 10);
    expect(await host.look()).toEqual([0]);
    await host.pass(10);
    host.sweep();
    host.disk.rename(PATH, `${PATH}.1`);
    await host.pass(10);
    host.sweep(`${PATH}.1`); // rsyslogd has not been told yet
    expect(await host.look()).toEqual([10, 20]);
    expect(host.feed.trouble).toBeUndefined();
    host.disk.make(PATH, "file");
    await host.pass(10);
    host.sweep(`${PATH}.1`);
    expect(await host.look()).toEqual([30]);
    await host.pass(10);
    host.sweep();
    expect(await host.look()).toEqual([40]);
    await host.pass(2);
    expect(await host.look()).toEqual([50]);
    expect(host.disk.open).toBe(1);
  });

  test("within a sweep", async () => {
    const host = new Host();
    const [first = "", ...others] = sweepText(START).split(/(?<=\n)/);
    host.disk.append(PATH, first);
    await host.look();
    host.disk.rename(PATH, `${PATH}.1`);
    host.disk.append(`${PATH}.1`, `${others[0]}${others[1]?.slice(0, 50)}`);
    host.disk.append(PATH, others.slice(2).join(""));
    await host.pass(2);
    expect(await host.look()).toEqual([0]);
    expect(host.feed.newest?.objects).toHaveLength(3);
  });

  test("and the old file is deleted before its end was read", async () => {
    const host = new Host();
    host.sweep();
    await host.look();
    await host.pass(10);
    host.sweep();
    host.disk.remove(PATH);
    await host.pass(10);
    host.sweep();
    await host.pass(2);
    expect(await host.look()).toEqual([0, 10, 20]);
  });

  test("at each sweep: the file is replaced by the next one", async () => {
    const host = new Host();
    const taken: number[] = [];
    for (let sweep = 0; sweep < 5; sweep += 1) {
      host.sweep("/new");
      host.disk.rename("/new", PATH);
      taken.push(...(await host.look()));
      await host.pass(10);
    }
    taken.push(...(await host.look()));
    expect(taken).toEqual([0, 10, 20, 30, 40]);
    expect(host.disk.open).toBe(1);
  });

  test("by copying and truncating", async () => {
    const host = new Host();
    await host.sweeps(3, 10);
    await host.look();
    host.disk.write(PATH, "");
    await host.pass(2);
    expect(await host.look()).toEqual([20]);
    await host.pass(8);
    host.sweep();
    await host.pass(2);
    expect(await host.look()).toEqual([30]);
  });

  test("by truncating, and it has grown beyond the old place since", async () => {
    const host = new Host();
    await host.sweeps(3, 10);
    await host.pass(2);
    await host.look();
    host.disk.write(PATH, "");
    await host.sweeps(6, 10);
    await host.pass(2);
    expect(await host.look()).toEqual([22, 32, 42, 52, 62, 72]);
    expect(host.feed.counts).toMatchObject({ malformed: 0, unknown: 0 });
  });

  test("by truncating under a writer that goes on at its old place", async () => {
    const host = new Host();
    await host.sweeps(3, 10);
    await host.pass(2);
    await host.look();
    host.disk.write(
      PATH,
      Buffer.concat([Buffer.alloc(1500), Buffer.from(sweepText(START + 22) + sweepText(START + 32))]),
    );
    await host.pass(12);
    expect(await host.look()).toEqual([22, 32]);
  });
});

describe("what cannot be read", () => {
  test("missing, until it is there", async () => {
    const host = new Host();
    expect(await host.look()).toEqual([]);
    expect(host.feed.trouble).toBe('cannot read "/var/log/rsyslog-stats.log": no such file or directory');
    host.sweep();
    await host.pass(2);
    expect(await host.look()).toEqual([0]);
    expect(host.feed.trouble).toBeUndefined();
  });

  test("root's alone: says by what mode, and the command that mends it", async () => {
    const host = new Host();
    host.disk.make(PATH, "file", 0o600);
    await host.look();
    expect(host.feed.trouble).toMatch(
      /permission denied at ".*": mode 0600, owner 0, tidemark runs as unknown; mend: setfacl -m u:/,
    );
    expect(host.feed.finding).toMatchObject({ what: PATH, mend: expect.stringContaining(PATH) });
  });

  test("root's alone since it was rotated: said at once", async () => {
    const host = new Host();
    await host.sweeps(2, 10);
    await host.look();
    host.disk.rename(PATH, `${PATH}.1`);
    host.disk.make(PATH, "file", 0o600).bytes = Buffer.from("x");
    await host.pass(2);
    expect(await host.look()).toEqual([10]);
    expect(host.feed.trouble).toContain("permission denied");
    host.disk.make(PATH, "file");
    await host.look();
    expect(host.feed.trouble).toBeUndefined();
  });

  test.each([["directory"], ["fifo"]] as const)("replaced by a %s", async (kind) => {
    const host = new Host();
    await host.sweeps(2, 10);
    await host.look();
    host.disk.remove(PATH);
    host.disk.make(PATH, kind);
    await host.look();
    expect(host.feed.trouble).toBe(`cannot read "${PATH}": it is a ${kind}, no regular file`);
    host.disk.remove(PATH);
    await host.pass(10);
    host.sweep();
    await host.pass(2);
    expect(await host.look()).toEqual([10, 20]);
    expect(host.feed.trouble).toBeUndefined();
  });

  test("a name that stays away, once rsyslogd has nothing more to say either", async () => {
    const host = new Host();
    await host.sweeps(3, 10);
    await host.look();
    host.disk.remove(PATH);
    await host.pass(29);
    await host.look();
    expect(host.feed.trouble).toBeUndefined();
    await host.pass(1);
    await host.look();
    expect(host.feed.trouble).toContain("no such file");
  });

  test("a disk with faults, until it has none", async () => {
    const host = new Host();
    await host.sweeps(2, 10);
    await host.pass(2);
    expect(await host.look()).toEqual([0, 10]);
    host.disk.fault = "i/o error";
    await host.pass(8);
    host.sweep();
    await host.look();
    expect(host.feed.trouble).toBe(`cannot read "${PATH}": i/o error`);
    host.disk.fault = undefined;
    await host.pass(10);
    host.sweep();
    expect(await host.look()).toEqual([20]);
    expect(host.feed.trouble).toBeUndefined();
    await host.pass(2);
    expect(await host.look()).toEqual([30]);
    expect(host.disk.open).toBe(1);
  });
});

test("two looks at once are one, and a closed feed looks no more", async () => {
  const host = new Host();
  await host.sweeps(3, 10);
  await host.pass(2);
  expect((await Promise.all([host.look(), host.look()])).flat()).toEqual([10, 20]);
  host.feed.close();
  expect(host.disk.open).toBe(0);
  host.sweep();
  expect(await host.look()).toEqual([]);
});
