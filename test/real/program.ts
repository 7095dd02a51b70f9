import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { fdsOf, MARK, markOf, type Process, processes, rssOf, send } from "./proc.ts";
import { runNumber } from "./run-number.ts";
import { pause, waitFor } from "./wait.ts";

/** How a program ended: exactly one of the two is not null. */
export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A sign that a program does its work: text in its output, a port that accepts, a path that exists, or any question. */
export type Ready =
  | RegExp
  | { readonly host: string; readonly port: number }
  | { readonly path: string }
  | ((program: Program) => boolean | Promise<boolean>);

export interface Surroundings {
  /** Added to a bare environment (PATH, HOME, TMPDIR, LC_ALL=C): what the machine happens to have set reaches no program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. Without it standard input is /dev/null. */
  readonly input?: string | Uint8Array;
}

const LOG_LIMIT = 1 << 20;
const SYSTEM_PATHS = "/usr/local/sbin:/usr/sbin:/sbin";

let started = 0;

/**
 * A real program in a process group of its own, with everything it forks. What leaves the group (daemons, supervisors)
 * is still found by its session or by the mark in its environment.
 */
export class Program {
  readonly name: string;
  readonly pid: number;
  /** When the program itself has ended and its output has been read; its offspring may live on. */
  readonly ended: Promise<Exit>;
  readonly #mark: string;
  #exit: Exit | undefined;
  #gone = false;
  #stdout = "";
  #stderr = "";
  #log = "";

  private constructor(name: string, child: ChildProcess, pid: number, mark: string) {
    this.name = name;
    this.pid = pid;
    this.#mark = mark;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout = tail(this.#stdout + text);
      this.#log = tail(this.#log + text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = tail(this.#stderr + text);
      this.#log = tail(this.#log + text);
    });
    this.ended = this.#follow(child);
  }

  /** Starts without waiting for anything but the program's being there. */
  static async launch(name: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Program> {
    started += 1;
    const mark = `${runNumber()}.${process.pid}.${started}`;
    const { env, cwd, input } = surroundings;
    const child = spawn(name, args, {
      detached: true, // setsid: session and group carry its pid
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: { ...bareEnvironment(), ...env, [MARK]: mark },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const pid = child.pid;
    if (pid === undefined) return failedStart(name, child);
    const program = new Program(name, child, pid, mark);
    child.stdin?.on("error", () => undefined); // it need not read all of its input
    child.stdin?.end(input);
    return program;
  }

  /** Standard output and standard error as they came, mixed; of each at most the newest MiB is kept. */
  get log(): string {
    return this.#log;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Waits for the sign. Throws with the log when the program ends before, or when the time is over. */
  async ready(sign: Ready, seconds = 10): Promise<void> {
    try {
      await waitFor(() => this.#exit !== undefined || isSeen(sign, this), {
        what: `"${this.name}" to be ready`,
        seconds,
      });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.report()}`);
    }
    if (this.#exit !== undefined && !(await isSeen(sign, this))) {
      throw new Error(`"${this.name}" ended before it was ready\n${this.report()}`);
    }
  }

  /** The log with a heading, for error texts. */
  report(): string {
    const state = this.#exit === undefined ? "running" : inWords(this.#exit);
    return `--- log of "${this.name}", pid ${this.pid}, ${state} ---\n${this.#log === "" ? "(empty)" : this.#log.trimEnd()}`;
  }

  /** Sends a signal to the program alone, not to its group. */
  signal(name: NodeJS.Signals): void {
    send(this.pid, name);
  }

  /** SIGSTOP to the whole group: connections stay open, nothing answers. */
  freeze(): void {
    send(-this.pid, "SIGSTOP");
  }

  thaw(): void {
    send(-this.pid, "SIGCONT");
  }

  /** SIGTERM to the group, SIGKILL to whatever is left after the grace. Settles when nothing of it is left. */
  async end(graceSeconds = 5): Promise<Exit> {
    if (!this.#gone) {
      send(-this.pid, "SIGTERM");
      this.thaw();
      await Promise.race([this.ended, pause(graceSeconds * 1000)]);
    }
    return this.kill();
  }

  /** kill -9 of the program and all its offspring. Settles when nothing of it is left. */
  async kill(): Promise<Exit> {
    await waitFor(() => this.#killMembers(table()), { what: `the end of "${this.name}", pid ${this.pid}` });
    return this.ended;
  }

  /** The same for many: the process table, which is long on a busy machine, is read once for all of them. */
  static async killAll(programs: readonly Program[]): Promise<void> {
    const isOver = () => {
      const there = table();
      return programs.map((program) => program.#killMembers(there)).every((isGone) => isGone);
    };
    await waitFor(isOver, { what: `the end of ${programs.map(({ name }) => name).join(", ")}` });
    await Promise.all(programs.map(({ ended }) => ended));
  }

  /** Resident bytes, summed over all its processes: pages that they share count for each. */
  rss(): number {
    return sum(this.#members().map(({ pid }) => rssOf(pid)));
  }

  /** Open descriptors of the program itself. */
  fds(): number {
    return fdsOf(this.pid);
  }

  /** CPU seconds used so far by all its processes and the children they waited for; steps of 10 ms. */
  cpuSeconds(): number {
    return sum(this.#members().map(({ cpuSeconds }) => cpuSeconds));
  }

  /** True once nothing of it is left; from then on its number may be somebody else's. */
  #killMembers(there: readonly Marked[]): boolean {
    if (this.#gone) return true;
    const members = this.#members(there);
    for (const { pid } of members) send(pid, "SIGKILL");
    this.#gone = members.length === 0;
    return this.#gone;
  }

  #members(there = table()): readonly Process[] {
    return there.filter(
      ({ group, session, mark }) => group === this.pid || session === this.pid || mark === this.#mark,
    );
  }

  #follow(child: ChildProcess): Promise<Exit> {
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    return new Promise((resolve) => {
      child.once("exit", (status, signal) => {
        this.#exit = { status, signal };
        const exit = this.#exit;
        // Offspring may hold the pipes open for ever; what the program itself wrote is there at once.
        void Promise.race([closed, pause(200)]).then(() => resolve(exit));
      });
    });
  }
}

interface Marked extends Process {
  readonly mark: string | undefined;
}

function table(): readonly Marked[] {
  return processes().map((process) => ({ ...process, mark: markOf(process.pid) }));
}

function bareEnvironment(): Record<string, string> {
  const { PATH = "/usr/bin:/bin", HOME = "/" } = process.env;
  return { PATH: `${PATH}:${SYSTEM_PATHS}`, HOME, LC_ALL: "C", TMPDIR: tmpdir() };
}

function failedStart(name: string, child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once("error", (error) =>
      reject(new Error(`cannot start "${name}": ${error.message} (test/requirements installs what tests need)`)),
    );
  });
}

function isSeen(sign: Ready, program: Program): boolean | Promise<boolean> {
  if (sign instanceof RegExp) return program.log.search(sign) !== -1;
  if (typeof sign === "function") return sign(program);
  return "path" in sign ? existsSync(sign.path) : accepts(sign.host, sign.port);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function inWords({ status, signal }: Exit): string {
  return signal === null ? `exit status ${status}` : `killed by ${signal}`;
}

function tail(text: string): string {
  return text.length > LOG_LIMIT ? text.slice(-LOG_LIMIT) : text;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
