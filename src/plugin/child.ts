import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { sentence } from "../words/sentence.ts";
import type { Severity } from "../zabbix/plugin.ts";
import { configText, SOCKET } from "./config.ts";
import { ownDirectory } from "./directory.ts";
import { environment } from "./environment.ts";
import { probe } from "./probe.ts";

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
const LOOK_MS = 500;
/** So long the child of an agent that was killed may be there after it. */
const ENDING_MS = 3000;

/**
 * A tidemark of our own for hosts without one: no port, its control socket in our directory. It is started again when it
 * ends, later each time it ends early, and it ends by itself when this process is gone, since its input ends then.
 *
 * Another process of the plugin may run one there already: `zabbix_agent2 -t` beside the service, a second agent. With
 * the same options that one is used, as long as it is there.
 */
export class Child {
  readonly #options: ChildOptions;
  readonly #config: string;
  #process: ChildProcess | undefined;
  #startedAt = 0;
  #delay = FIRST_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#config = configText(options);
  }

  /** Where it answers. */
  get socket(): string {
    return join(this.#options.directory, SOCKET);
  }

  /** Never rejects: what is wrong is told, and tried again. */
  async start(): Promise<void> {
    try {
      ownDirectory(this.#options.directory);
      if (await this.#waitForOther()) await this.#share();
      if (!this.#stopping) this.#run();
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
      running.once("close", () => {
        clearTimeout(late);
        resolve();
      });
      running.kill("SIGTERM");
    });
  }

  /** True: another one answers with our options. Throws when one with other options stays. */
  async #waitForOther(): Promise<boolean> {
    const { directory } = this.#options;
    for (let ms = 0; ms < ENDING_MS; ms += LOOK_MS) {
      if (this.#stopping || (await probe(this.socket)) === "nobody") return false;
      if (this.#config === textOf(kept(directory))) return true;
      await pause(LOOK_MS);
    }
    throw new Error(
      `another agent's plugin runs one with other options in "${directory}": give each agent a Plugins.Tidemark.Directory of its own, or restart that agent`,
    );
  }

  async #share(): Promise<void> {
    const { directory, log, changed } = this.#options;
    log("info", `Values come from the tidemark that another agent's plugin runs in "${directory}".`);
    changed(undefined);
    while (!this.#stopping && (await probe(this.socket)) !== "nobody") await pause(LOOK_MS);
    if (!this.#stopping) log("info", "The other agent's tidemark has ended: one of our own is started.");
  }

  #run(): void {
    const { program, directory, log } = this.#options;
    const config = join(directory, `plugin.${process.pid}.conf`);
    writeFileSync(config, this.#config, { mode: 0o600 });
    this.#startedAt = performance.now();
    const child = spawn(process.execPath, [program, "run", "--attached", "-c", config], { env: environment() });
    this.#process = child;
    sacrifice(child.pid);
    child.stdin.on("error", () => undefined); // it is never written to; a child that dies may close it first
    child.stdout.once("data", () => this.#ready(config)); // its start screen, after the first tick
    child.stdout.resume();
    let last = "";
    createInterface({ input: child.stderr }).on("line", (line) => {
      const [severity, text] = leveled(line);
      last = text;
      log(severity, text);
    });
    child.on("error", (error) => this.#ended(`: ${error.message}`));
    child.on("close", (code, signal) => {
      rmSync(config, { force: true });
      this.#ended(signal === null ? ` (exit status ${code}): ${last}` : ` (signal ${signal})`);
    });
  }

  /** Of two that are started at once one gets the socket; only that one's options are kept for others to compare. */
  #ready(config: string): void {
    const { directory, log, changed } = this.#options;
    changed(undefined);
    try {
      renameSync(config, kept(directory));
    } catch (error) {
      log("warning", `Nobody can share the plugin's tidemark: ${error instanceof Error ? error.message : error}.`);
    }
  }

  #ended(how: string): void {
    if (this.#process === undefined) return; // "error" and "close" may both come
    this.#process = undefined;
    if (this.#stopping) return;
    if (performance.now() - this.#startedAt >= HEALTHY_MS) this.#delay = FIRST_DELAY_MS;
    this.#complain(sentence(`the plugin's tidemark ended${how}`));
  }

  #complain(trouble: string): void {
    if (this.#stopping) return;
    this.#options.changed(trouble);
    this.#options.log("error", `${trouble} It is started again in ${this.#delay / 1000} s.`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.start(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY_MS);
  }
}

/** Where memory runs out the kernel shall take this process, not the door, with which the agent would end. */
function sacrifice(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "500");
  } catch {
    // it has ended, or could not be started: its events tell
  }
}

/** The configuration of the tidemark that runs in the directory; for people too: `tidemark status -c`. */
function kept(directory: string): string {
  return join(directory, "plugin.conf");
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A line of its log: `<4>text`, priorities as in sd-daemon(3). */
function leveled(line: string): [Severity, string] {
  const [, digit, text] = /^<(\d)>(.*)$/.exec(line) ?? [];
  return [SEVERITIES[Number(digit)] ?? "info", text ?? line];
}

const SEVERITIES: Readonly<Record<number, Severity>> = { 3: "error", 4: "warning", 6: "info", 7: "debug" };
