import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { answer } from "./answer.ts";
import { cpuMicroseconds } from "./proc.ts";
import { compiled, LOCAL, type Running } from "./programs.ts";

export interface Load {
  readonly key: string;
  readonly clients: number;
  readonly seconds: number;
  /** Seconds from one check of a client to its next; 0: at once. */
  readonly every?: number;
}

/** `p50`, `p99`, `worst`: microseconds from the instant a check was due to its whole answer. */
export interface Measured {
  readonly perSecond: number;
  readonly answers: number;
  readonly failures: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** CPU microseconds of the server and what it forked, per check. */
  readonly cpu: number;
}

/** Asks a server for one key over and over. */
export async function measure(server: Running, load: Load): Promise<Measured> {
  const before = cpuMicroseconds(server.pid);
  const [answers, failures, us, p50, p99, worst] = await ask(server.port, load);
  const cpu = (cpuMicroseconds(server.pid) - before) / (answers + failures);
  return { perSecond: answers / (us / 1e6), answers, failures, p50, p99, worst, cpu };
}

type Figures = readonly [answers: number, failures: number, us: number, p50: number, p99: number, worst: number];

async function ask(port: number, load: Load): Promise<Figures> {
  const program = compiled("checks");
  if (program === undefined) return askFromHere(port, load);
  const { key, clients, seconds, every = 0 } = load;
  const args = [LOCAL, port, clients, seconds, Math.round(every * 1e6), key].map(String);
  const { stdout } = await promisify(execFile)(program, args);
  const [answers = 0, failures = 0, us = 1, p50 = 0, p99 = 0, worst = 0] = stdout.trim().split(" ").map(Number);
  return [answers, failures, us, p50, p99, worst];
}

/** The same from this process, where there is no compiler: its own cost then hides much of the server's speed. */
async function askFromHere(port: number, { key, clients, seconds, every = 0 }: Load): Promise<Figures> {
  const took: number[] = [];
  let failures = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  const client = async (at: number): Promise<void> => {
    for (let due = began + (every * 1000 * at) / clients; due < end; due = next(due, every)) {
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (isValue(await answer(port, key))) took.push((performance.now() - due) * 1000);
      else failures++;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, at) => client(at)));
  took.sort((a, b) => a - b);
  const share = (of: number) => Math.round(took[Math.round(of * (took.length - 1))] ?? 0);
  return [took.length, failures, (performance.now() - began) * 1000, share(0.5), share(0.99), share(1)];
}

function next(due: number, every: number): number {
  return every === 0 ? performance.now() : due + every * 1000;
}

/** A refusal is not the work that is to be measured. */
function isValue(text: string | undefined): boolean {
  return text !== undefined && !text.startsWith("ZBX_NOTSUPPORTED");
}
