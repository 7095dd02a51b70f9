import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach } from "vitest";
import { type Exit, Program, type Ready, type Surroundings } from "./program.ts";
import { pause } from "./wait.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/tidemark.js", import.meta.url));

const programs: Program[] = [];
const directories: string[] = [];

/** Importing this file is enough: everything started is killed, with its offspring, when the test file is over. */
afterAll(async () => {
  await Program.killAll(programs);
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

afterEach(({ task }) => {
  const error = task.result?.state === "fail" ? task.result.errors?.[0] : undefined;
  if (error !== undefined) error.message = [error.message, ...programs.map((program) => program.report())].join("\n");
});

export interface StartOptions extends Surroundings {
  readonly ready: Ready;
  /** How long it may take to become ready. Default 10. */
  readonly seconds?: number;
}

/**
 * Starts a real program and waits until it is ready. It is killed with everything it forked at the end of the test file;
 * its log is part of the error when it does not get ready and when the running test fails.
 */
export async function start(name: string, args: readonly string[], options: StartOptions): Promise<Program> {
  const program = await Program.launch(name, args, options);
  programs.push(program);
  await program.ready(options.ready, options.seconds);
  return program;
}

/** Starts the built program, as users run it. */
export function tidemark(args: readonly string[], options: StartOptions): Promise<Program> {
  return start(process.execPath, [bundle(), ...args], options);
}

export interface Outcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Throws with its output when it has not ended after `seconds` (default 10). */
export async function run(
  name: string,
  args: readonly string[],
  { seconds = 10, ...surroundings }: Surroundings & { readonly seconds?: number } = {},
): Promise<Outcome> {
  const program = await Program.launch(name, args, surroundings);
  programs.push(program);
  const exit = await Promise.race([program.ended, pause(seconds * 1000)]);
  await program.kill();
  if (exit === undefined) throw new Error(`"${name}" did not end within ${seconds} s\n${program.report()}`);
  programs.splice(programs.indexOf(program), 1);
  return { ...exit, stdout: program.stdout, stderr: program.stderr };
}

/** Runs one command of the built program, as users run it. */
export function runTidemark(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  return run(process.execPath, [bundle(), ...args], surroundings);
}

/** For programs that would keep Node 22's compile cache in TMPDIR. */
export const NO_COMPILE_CACHE = { NODE_DISABLE_COMPILE_CACHE: "1" } as const;

/** An empty directory that is removed at the end of the test file. Only its owner may enter it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "test-"));
  directories.push(directory);
  return directory;
}

/** Whether the person who runs the tests goes on without this program: a name of the table in test/requirements. */
export function isSkipped(program: string): boolean {
  return (process.env["TIDEMARK_SKIP"] ?? "").split(",").some((name) => name.trim() === program);
}

/** The built program. */
export function bundle(): string {
  if (!existsSync(BUNDLE)) throw new Error(`"${BUNDLE}" is missing: npm run build`);
  return BUNDLE;
}
