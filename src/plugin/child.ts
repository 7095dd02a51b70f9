import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Severity } from "../zabbix/plugin.ts";

export interface ChildOptions {
  /** The bundle of tidemark itself. */
  readonly program: string;
  /** Its StateDir and RunDir; made with 0700 when it is missing. */
  readonly directory: string;
  readonly directives: readonly string[];
  readonly log: (severity: Severity, text: string) => void;
  /** It answers, and has sampled once; or why it does not, a sentence. */
  readonly changed: (trouble: string | undefined) => void;
}

/** A child that lived shorter than this is not started again at once. */
const HEALTHY_MS = 10_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A daemon stops within 2 s of SIGTERM. */
const STOP_MS = 2500;
const PRIVATE = 0o700;

/**
 * A tidemark of our own for hosts without one: no port, its control socket in our directory. It is started again when it
 * ends, later each time it ends early, and it ends by itself when this process is gone, since its input ends then.
 */
export class Child {
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #startedAt = 0;
  #delay = FIRST_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  /** Where it answers. */
  get socket(): string {
    return join(this.#options.directory, SOCKET);
  }

  start(): void {
    this.#timer = undefined;
    try {
      const config = writeConfig(this.#options);
      this.#run(config);
    } catch (error) {
      this.#complain(`The plugin's tidemark cannot be started: ${error instanceof Error ? error.message : error}.`);
    }
  }

  /** Resolves when it is gone. */
  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const running = this.#process;
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(() => running.kill("SIGKILL"), STOP_MS);
      running.once("exit", () => {
        clearTimeout(late);
        resolve();
      });
      running.kill("SIGTERM");
    });
  }

  #run(config: string): void {
    const { program, log } = this.#options;
    this.#startedAt = performance.now();
    const child = spawn(process.execPath, [program, "run", "--attached", "-c", config], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process = child;
    child.stdin.on("error", () => undefined); // it is never written to; a child that dies may close it first
    child.stdout.once("data", () => this.#options.changed(undefined)); // its start screen, after the first tick
    child.stdout.resume();
    createInterface({ input: child.stderr }).on("line", (line) => log(...told(line)));
    child.on("error", (error) => this.#ended(error.message));
    child.on("exit", (code, signal) => this.#ended(signal === null ? `exit status ${code}` : `signal ${signal}`));
  }

  #ended(how: string): void {
    if (this.#process === undefined) return; // "error" and "exit" may both come
    this.#process = undefined;
    if (this.#stopping) return;
    if (performance.now() - this.#startedAt >= HEALTHY_MS) this.#delay = FIRST_DELAY_MS;
    this.#complain(`The plugin's tidemark ended (${how}).`);
  }

  #complain(trouble: string): void {
    this.#options.changed(trouble);
    this.#options.log("error", `${trouble} It is started again in ${this.#delay / 1000} s.`);
    this.#timer = setTimeout(() => this.start(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY_MS);
  }
}

/** The control socket's name in RunDir. */
export const SOCKET = "tidemark.sock";

/** Written anew at each start; only its owner may read it, since options may hold passwords' paths and names. */
export function writeConfig({ directory, directives }: Pick<ChildOptions, "directory" | "directives">): string {
  mkdirSync(directory, { recursive: true, mode: PRIVATE });
  if (statSync(directory).uid !== process.getuid?.()) throw new Error(`"${directory}" belongs to another user`);
  const path = join(directory, "plugin.conf");
  const fixed = ["ListenIP=", `StateDir=${directory}`, `RunDir=${directory}`];
  writeFileSync(path, `${[...fixed, ...directives].join("\n")}\n`, { mode: 0o600 });
  return path;
}

/** A line of its log: `<4>text`, priorities as in sd-daemon(3). */
function told(line: string): [Severity, string] {
  const [, digit, text] = /^<(\d)>(.*)$/.exec(line) ?? [];
  return [SEVERITIES[Number(digit)] ?? "info", text ?? line];
}

const SEVERITIES: Readonly<Record<number, Severity>> = { 3: "error", 4: "warning", 6: "info", 7: "debug" };
