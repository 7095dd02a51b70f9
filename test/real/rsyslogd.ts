import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { Bench } from "../unit/sources/rsyslog/bench.ts";
import { send } from "./proc.ts";
import type { Program } from "./program.ts";
import { type Outcome, run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((each) => each.close())));

/** A real rsyslogd in a directory of its own; it listens on a unix socket and on one TCP port. */
export class Rsyslogd {
  readonly directory = temporaryDirectory();
  readonly configuration = join(this.directory, "rsyslog.conf");
  readonly stats = join(this.directory, "stats.log");
  readonly spool = join(this.directory, "spool");
  readonly socket = join(this.directory, "log.sock");
  readonly #port: number;
  readonly #host: string;
  readonly #binary: readonly string[];
  #program: Program | undefined;

  /**
   * @param lines of the configuration, behind impstats and the inputs
   * @param more `format`, `stats`: parameters of impstats; `statistics`: lines instead of it; `binary`: another build, and its arguments
   */
  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    lines: readonly string[],
    {
      format = "json",
      stats = "",
      statistics = undefined as readonly string[] | undefined,
      binary = ["rsyslogd"] as readonly string[],
    } = {},
  ) {
    this.#host = host;
    this.#port = port;
    this.#binary = binary;
    mkdirSync(this.spool);
    const file = `log.syslog="off" log.file="${this.stats}"`;
    const impstats = `module(load="impstats" interval="1" severity="7" format="${format}" ${file} ${stats})`;
    writeFileSync(
      this.configuration,
      [
        `global(workDirectory="${this.spool}" maxMessageSize="8k")`,
        ...(statistics ?? [impstats]),
        'module(load="imuxsock" SysSock.Use="off")',
        `input(type="imuxsock" Socket="${this.socket}" RateLimit.Interval="0")`,
        'module(load="imtcp")',
        `input(type="imtcp" address="${host}" port="${port}")`,
        ...lines,
        "",
      ].join("\n"),
    );
  }

  async start(): Promise<void> {
    const [name = "", ...args] = this.#binary;
    this.#program = await start(name, [...args, "-n", "-f", this.configuration, "-i", join(this.directory, "pid")], {
      ready: () => existsSync(this.socket) && existsSync(join(this.directory, "pid")),
    });
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    if (this.#program !== undefined) send(this.#program.pid, name);
  }

  /** Ends it as an administrator does; queues are saved where they are told to. */
  async stop(): Promise<void> {
    if (this.#program === undefined) return;
    send(this.#program.pid, "SIGTERM");
    await this.#program.ended;
  }

  /** What rsyslogd itself says of the configuration, without running. */
  check(): Promise<Outcome> {
    return run("rsyslogd", ["-N1", "-f", this.configuration]);
  }

  /** Sends messages with logger(1), one line each, to its socket or another one. */
  log(count: number, tag = "test", socket = this.socket): void {
    const lines = Array.from({ length: count }, (_, at) => `message ${at} ${"x".repeat(60)}\n`).join("");
    const sent = spawnSync("logger", ["-u", socket, "-t", tag, "-p", "user.info"], { input: lines });
    if (sent.status !== 0) throw new Error(`logger: ${sent.stderr}`);
  }

  /** Sends messages over one TCP connection; resolves when the kernel has them all. */
  burst(count: number): Promise<void> {
    const line = (at: number) => `<14>Nov 22 10:00:00 vm test: burst ${count} ${at} ${"x".repeat(60)}\n`;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#host, port: this.#port });
      socket.once("error", reject);
      socket.end(Array.from({ length: count }, (_, at) => line(at)).join(""), resolve);
    });
  }
}

/** Where messages are forwarded to: counts lines. Closed at first, as a dead log server. */
export class Sink {
  readonly port: number;
  readonly #host: string;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  received = 0;
  /** Of the newest line, milliseconds of `performance.now()`. */
  last = 0;

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    this.#host = host;
    this.port = port;
    open.push(this);
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("data", (chunk) => {
        for (const byte of chunk) if (byte === 0x0a) this.received++;
        this.last = performance.now();
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: this.#host, port: this.port }, resolve);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) =>
      this.#server === undefined ? resolve() : this.#server.close(() => resolve()),
    );
    this.#server = undefined;
  }
}

/** tidemark's rsyslog sources over a real rsyslogd, ticked every second until the test file is over. */
export class Watched {
  readonly bench: Bench;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();

  constructor(lines: readonly string[], size?: { readonly step?: number; readonly slots?: number }) {
    this.bench = new Bench(realIo(), lines, size);
    open.push(this);
  }

  async begin(everyMs = 1000): Promise<void> {
    await this.bench.tick();
    this.#timer = setInterval(() => {
      this.#ticking = this.#ticking.then(() => this.bench.tick());
    }, everyMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
    await this.bench.close();
  }

  /** Waits until a key has this value; the error tells what it has. */
  async until(key: string, value: string | ((number: number) => boolean), seconds = 10): Promise<string> {
    const isThere = (text: string) => (typeof value === "string" ? text === value : value(Number(text)));
    await waitFor(() => isThere(this.bench.text(key)) || Promise.reject(new Error(this.bench.text(key))), {
      what: `"${key}" to be ${typeof value === "string" ? value : "as it should"}`,
      seconds,
    });
    return this.bench.text(key);
  }
}
