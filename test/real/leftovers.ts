import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, removeGroup } from "./control-groups.ts";
import { listeners, markOf, processes, send } from "./proc.ts";
import { RUN, runNumber } from "./run-number.ts";

const GROUPS_END_MS = 2000;
const STILL = new Int32Array(new SharedArrayBuffer(4));

/** What of one run of the tests exists at this moment. */
export interface State {
  /** Running processes that carry the run's mark. */
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** Whole paths of what lies in the run's temporary directory. */
  readonly files: readonly string[];
  /** "address:port" inside the run's loopback addresses. */
  readonly listeners: readonly string[];
  /** Whole paths of control groups. */
  readonly groups: readonly string[];
}

/** One sentence per thing that must not outlive the tests; empty when all is clean. */
export function leftovers(state: State): readonly string[] {
  return [
    ...state.processes.map(({ pid, command }) => `Process ${pid} (${command}) is still running.`),
    ...state.files.map((path) => `"${path}" was not removed.`),
    ...state.listeners.map((listener) => `Something still listens on ${listener}.`),
    ...state.groups.map((path) => `The control group "${path}" was not removed.`),
  ];
}

/** Looks for everything that belongs to the run of this number, whose temporary directory is TMPDIR. */
export function observe(number: number): State {
  return {
    processes: marked(number),
    files: readdirSync(tmpdir())
      .map((name) => join(tmpdir(), name))
      .filter((path) => !isBare(path)),
    listeners: listening(number),
    groups: groupsOf(number),
  };
}

/** vitest's global setup: gives the run a number that nothing on this machine uses, and a temporary directory. */
export function setup(): void {
  if (process.env[RUN] !== undefined) return; // another project of the same run was first
  const number = freeNumber();
  const directory = mkdtempSync(join(tmpdir(), `tidemark-test-${number}-`));
  chmodSync(directory, 0o711); // programs that give up root pass through
  process.env[RUN] = String(number);
  process.env["TMPDIR"] = directory;
  process.once("exit", () => cleanUp(number, directory));
}

/** Interrupted runs have no teardown. What waits here waits for processes that are killed already. */
function cleanUp(number: number, directory: string): void {
  for (const { pid } of marked(number)) send(pid, "SIGKILL");
  for (const path of mountsBelow(directory)) spawnSync("umount", ["--lazy", path]);
  rmSync(directory, { recursive: true, force: true });
  const end = performance.now() + GROUPS_END_MS;
  while (!groupsOf(number).every(removeGroup) && performance.now() < end) Atomics.wait(STILL, 0, 0, 20);
}

/** The innermost first. */
function mountsBelow(directory: string): readonly string[] {
  const paths = readFileSync("/proc/self/mounts", "latin1")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return paths.filter((path) => path.startsWith(`${directory}/`)).reverse();
}

/** vitest's global teardown. vitest only prints what a teardown throws, so the exit status is set here. */
export function teardown(): void {
  const found = leftovers(observe(runNumber()));
  if (found.length === 0) return;
  process.exitCode = 1;
  process.stderr.write(`The tests left something behind:\n${found.map((line) => `  ${line}\n`).join("")}`);
}

/** The directory of a file whose tests were all skipped: no hook of its runs that could remove it. */
function isBare(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return readdirSync(path).length === 0;
}

function freeNumber(): number {
  for (let tries = 0; tries < 254; tries += 1) {
    const number = 1 + ((process.pid + tries) % 254);
    if (marked(number).length + listening(number).length === 0) return number;
  }
  throw new Error("every run number from 1 to 254 is in use: something leaves test programs running");
}

function marked(number: number): State["processes"] {
  return processes().filter(({ pid }) => markOf(pid)?.startsWith(`${number}.`));
}

function listening(number: number): readonly string[] {
  return listeners().filter((listener) => listener.startsWith(`127.${number}.`));
}
