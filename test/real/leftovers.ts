import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listeners, markOf, processes, send } from "./proc.ts";
import { directoryPrefix, RUN, runNumber } from "./run-number.ts";

/** What of one run of the tests exists at this moment. */
export interface State {
  /** Running processes that carry the run's mark. */
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** Temporary directories, whole paths. */
  readonly directories: readonly string[];
  /** "address:port" inside the run's loopback addresses. */
  readonly listeners: readonly string[];
}

/** One sentence per thing that must not outlive the tests; empty when all is clean. */
export function leftovers(state: State): readonly string[] {
  return [
    ...state.processes.map(({ pid, command }) => `Process ${pid} (${command}) is still running.`),
    ...state.directories.map((path) => `Directory "${path}" was not removed.`),
    ...state.listeners.map((listener) => `Something still listens on ${listener}.`),
  ];
}

/** Looks for everything that carries the mark of this run. */
export function observe(number: number): State {
  return {
    processes: processes().filter(({ pid }) => markOf(pid)?.startsWith(`${number}.`)),
    directories: readdirSync(tmpdir())
      .filter((name) => name.startsWith(directoryPrefix(number)))
      .map((name) => join(tmpdir(), name)),
    listeners: listeners().filter((listener) => listener.startsWith(`127.${number}.`)),
  };
}

/** vitest's global setup: gives the run a number that nothing on this machine uses. */
export function setup(): void {
  if (process.env[RUN] !== undefined) return; // another project of the same run was first
  const number = freeNumber();
  process.env[RUN] = String(number);
  process.once("exit", () => remove(observe(number))); // interrupted runs have no teardown
}

/** vitest's global teardown. vitest only prints what a teardown throws, so the exit status is set here. */
export function teardown(): void {
  const found = leftovers(observe(runNumber()));
  if (found.length === 0) return;
  process.exitCode = 1;
  process.stderr.write(`The tests left something behind:\n${found.map((line) => `  ${line}\n`).join("")}`);
}

function freeNumber(): number {
  for (let tries = 0; tries < 254; tries += 1) {
    const number = 1 + ((process.pid + tries) % 254);
    if (leftovers(observe(number)).length === 0) return number;
  }
  throw new Error("every run number from 1 to 254 is in use: something leaves test processes or directories behind");
}

function remove(state: State): void {
  for (const { pid } of state.processes) send(pid, "SIGKILL");
  for (const directory of state.directories) rmSync(directory, { recursive: true, force: true });
}
