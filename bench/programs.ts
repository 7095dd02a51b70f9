import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const LOCAL = "127.0.0.1";
const READY_MS = 20_000;

/** A program that was started here, in a process group of its own. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Files of this run; on a tmpfs, as the run directory of a service is. */
export const directory = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "tidemark-bench-"));

process.once("exit", () => {
  for (const child of running) kill(child, "SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));

/** Starts a program that will listen on the port, and waits until it does. */
export async function start(program: string, args: readonly string[], port: number): Promise<Running> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  running.add(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.once("error", (error) => {
    said += error.message;
  });
  await listening(port, () => `${program} does not listen on port ${port}: ${said}`);
  return {
    pid: child.pid ?? -1,
    port,
    signal: (name) => void kill(child, name),
    stop: async () => {
      kill(child, "SIGCONT");
      kill(child, "SIGTERM");
      const cut = setTimeout(() => kill(child, "SIGKILL"), 3000);
      await ended;
      clearTimeout(cut);
      running.delete(child);
    },
  };
}

async function listening(port: number, complaint: () => string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (!(await listens(port))) {
    if (performance.now() > end) throw new Error(complaint());
    await pause(0.01);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOCAL, port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}

/** zabbix_agentd takes none above 32767, where the system's own choice begins. */
const PORTS = { first: 12_000, last: 32_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, LOCAL, () => server.close(() => resolve(true)));
  });
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Whether the program is on the PATH, or in the directories of daemons. */
export function installed(program: string): string | undefined {
  const places = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/share/memcached/scripts"];
  return places.map((place) => join(place, program)).find((path) => existsSync(path));
}

/** Compiles a C program of this directory; undefined without a compiler. */
export function compiled(name: string): string | undefined {
  const program = join(directory, name);
  if (existsSync(program)) return program;
  if (installed("gcc") === undefined) return undefined;
  execFileSync("gcc", ["-O2", "-o", program, join("bench", `${name}.c`)]);
  return program;
}

function kill(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // it has just ended
  }
}
