import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Io } from "../../../../src/io/io.ts";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { fakeIo } from "../../schedule/fake-io.ts";
import { Bench } from "./bench.ts";

/** Where the captured run begins: Sat Nov 21 23:35:13 2026, UTC. */
export const START = 1_795_304_113;

const home = mkdtempSync(join(tmpdir(), "test-"));
afterAll(() => rmSync(home, { recursive: true }));

let made = 0;

/** Counters and levels of one queue: what a record of impstats has. */
export type Figures = Readonly<Record<string, number>>;

/** A machine whose rsyslogd writes what the test says into a statistics file, and a tidemark that follows it. */
export class World {
  readonly directory: string;
  readonly stats: string;
  readonly io: Io & { pass(seconds: number): Promise<void> };
  readonly bench: Bench;

  constructor(
    lines: readonly string[] = [],
    { step = 1, slots = 61, configuration = "", files = {} as Partial<LocalFiles>, io = {} as Partial<Io> } = {},
  ) {
    this.directory = join(home, `w${made++}`);
    mkdirSync(this.directory);
    this.stats = join(this.directory, "stats.log");
    writeFileSync(this.stats, "");
    writeFileSync(join(this.directory, "rsyslog.conf"), configuration.replaceAll("@", this.directory));
    this.io = { ...fakeIo({ clock: START, mono: 1000 }), files: { ...realFiles, ...files }, ...io };
    const own = [`Stats=${this.stats}`, `Configuration=${this.directory}/rsyslog.conf`];
    const names = lines.map((line) => line.split("=")[0]);
    this.bench = new Bench(
      this.io,
      [
        ...own.filter((line) => !names.includes(line.split("=")[0])),
        ...lines.map((line) => line.replaceAll("@", this.directory)),
      ],
      { step, slots },
    );
  }

  get clock(): number {
    return Math.floor(this.io.now().clock);
  }

  /** Writes one sweep now: main queue, resource usage and what else is given, by "origin name". */
  report(objects: Readonly<Record<string, Figures>>): void {
    this.write(
      Object.entries(objects).map(([key, figures]) => {
        const [origin = "", ...name] = key.split(" ");
        return `${ctime(this.clock)}: ${JSON.stringify({ name: name.join(" "), origin, ...figures })}`;
      }),
    );
  }

  write(lines: readonly string[]): void {
    appendFileSync(this.stats, lines.map((line) => `${line}\n`).join(""));
    utimesSync(this.stats, this.clock, this.clock);
  }

  /** Lets time pass in steps of a tick, with a tick after each. */
  async ticks(count: number, seconds: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      await this.io.pass(seconds);
      await this.bench.tick();
    }
  }
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** rsyslogd's stamp, in UTC: "Sat Nov 21 23:35:13 2026". */
function ctime(clock: number): string {
  const date = new Date(clock * 1000);
  const day = String(date.getUTCDate()).padStart(2, " ");
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()}`;
}

/** A captured run by its sweeps: lines with one stamp each. */
export function sweepsOf(capture: string): readonly (readonly string[])[] {
  const lines = readFileSync(`test/samples/rsyslog/${capture}`, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const found = new Map<string, string[]>();
  for (const line of lines) found.set(line.slice(0, 24), [...(found.get(line.slice(0, 24)) ?? []), line]);
  return [...found.values()];
}

/** Replays a captured run with a report every two seconds; calls back after the tick that follows each. */
export async function replay(
  world: World,
  sweeps: readonly (readonly string[])[],
  after: (index: number) => void,
): Promise<void> {
  for (const [index, lines] of sweeps.entries()) {
    world.write(lines);
    await world.ticks(1, 2);
    after(index);
  }
}
