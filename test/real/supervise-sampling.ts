import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import { Registry } from "../../src/items/registry.ts";
import { Ring } from "../../src/ring/ring.ts";
import type { Labels } from "../../src/ring/sample.ts";
import type { Collector, Finding, Publish, Surroundings } from "../../src/sources/source.ts";
import { readproctitle } from "../../src/sources/supervise/readproctitle.ts";
import { STATES } from "../../src/sources/supervise/record.ts";
import { supervise } from "../../src/sources/supervise/supervise.ts";
import { type Known, type Said, toolWords } from "../supervise-words.ts";
import { run } from "./start.ts";
import { waitFor } from "./wait.ts";

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

/** A service's master item as JSON. */
export interface Master {
  readonly state: number;
  readonly state_text: string;
  readonly error: string;
  readonly supervisor?: string;
  readonly uptime?: number;
  readonly downtime?: number;
  readonly pid?: number;
  readonly want?: string;
  readonly normally_up?: number;
  readonly exit?: number;
}

/** The real sources over real supervisors; a tick is when the test says so. */
export class SuperviseBench {
  readonly io: Io = realIo();
  readonly registry: Registry;
  readonly #ring = new Ring([supervise, readproctitle], { slots: 61, step: 1 });
  readonly #collectors: readonly { readonly source: string; readonly collector: Collector }[];
  #findings: readonly Finding[] = [];
  #slot = 0;

  constructor(directories: readonly string[]) {
    const quiet = { error: () => {}, warning: () => {}, info: () => {}, debug: () => {} };
    const surroundings = { io: this.io, log: quiet, remembered: new Map() } as Partial<Surroundings> as Surroundings;
    const general = { Directories: directories, SystemdUnits: [] };
    this.#collectors = [
      { source: supervise.name, collector: supervise.open({ general, named: new Map() }, surroundings) },
      { source: readproctitle.name, collector: readproctitle.open({ general: {}, named: new Map() }, surroundings) },
    ];
    for (const { collector } of this.#collectors) closing.push(() => collector.close());
    const defaults: Readonly<Record<string, (targets: ReadonlyMap<string, Labels>) => string | undefined>> = {
      [supervise.name]: supervise.defaultTarget,
      [readproctitle.name]: readproctitle.defaultTarget,
    };
    this.registry = new Registry({
      items: [...supervise.items, ...readproctitle.items],
      ring: this.#ring,
      now: () => this.io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (source, targets) => defaults[source]?.(targets),
    });
  }

  async tick(): Promise<void> {
    const slot = this.#slot++;
    const findings: Finding[] = [];
    const tick = { slot, stamp: this.io.now(), deadline: AbortSignal.timeout(3000), seconds: 3 };
    for (const { source, collector } of this.#collectors) {
      const publish: Publish = {
        sample: (sample) => this.#ring.put(slot, source, sample),
        roster: (roster) => this.#ring.roster(source, roster),
        remember: () => {},
        finding: (finding) => findings.push(finding),
      };
      await collector.collect(tick, publish);
    }
    this.#findings = findings;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** The value's text, or the reason in brackets: `(none: ...)`. */
  text(key: string): string {
    const reply = this.registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  master(service: string): Master {
    return JSON.parse(this.text(`supervise.get[${service}]`)) as Master;
  }

  /** Ticks until the service is in this state. */
  async until(service: string, state: string, seconds = 8): Promise<Master> {
    return waitFor(
      async () => {
        await this.tick();
        const master = this.master(service);
        if (master.state_text !== state) throw new Error(JSON.stringify(master));
        expect(this.text(`supervise.state[${service}]`)).toBe(String(master.state));
        expect(STATES.word(master.state)).toBe(state);
        return master;
      },
      { what: `"${service}" to be ${state}`, seconds },
    );
  }

  /**
   * Ticks until the service is in this state, and compares with its own tool at that moment. What changed between the
   * two looks is looked at again.
   * @param once what the tool calls a service that was started once
   */
  async agrees(service: string, state: string, tool: () => Promise<Said>, once = "once"): Promise<Master> {
    return waitFor(
      async () => {
        const before = await this.until(service, state);
        const said = await tool();
        const after = await this.until(service, state, 1);
        if (before.pid !== after.pid) throw new Error("it changed meanwhile");
        expect(toolWords(knownOf(after, once, /\(exitcode|\(signal/.test(said.words)))).toBe(said.words);
        expect(
          Math.abs((after.pid === 0 ? after.downtime : after.uptime) ?? Number.NaN) - said.age,
        ).toBeLessThanOrEqual(1);
        return after;
      },
      { what: `"${service}" to be ${state} for us and its tool`, seconds: 10 },
    );
  }
}

const SIGNALS: Readonly<Record<number, string>> = { 137: "SIGKILL", 143: "SIGTERM" };

function knownOf(master: Master, once: string, saysExit: boolean): Known {
  const { pid = 0, want = "", normally_up, state_text, exit = 0 } = master;
  return {
    up: pid !== 0,
    pid,
    want: want === "once" ? once : want,
    normallyUp: normally_up === 1,
    paused: state_text === "paused",
    ...(saysExit ? { ended: SIGNALS[exit] === undefined ? `exitcode ${exit}` : `signal ${SIGNALS[exit]}` } : {}),
  };
}

/** Makes a service directory. @param files beside run: their text by name; executable where the text begins with #! */
export function makeService(directory: string, script: string, files: Readonly<Record<string, string>> = {}): string {
  for (const [name, text] of Object.entries({ run: `#!/bin/sh\n${script}\n`, ...files })) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }
  return directory;
}

/** Standard output of a tool, whatever its exit status. */
export async function told(program: string, ...args: readonly string[]): Promise<string> {
  return (await run(program, args)).stdout;
}

/** A program that sleeps until it is told to end. */
export const SLEEPER = "exec sleep 1000";
/** One that TERM does not end. */
export const STUBBORN = 'trap "" TERM; while :; do sleep 1; done';
