import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Finding } from "../sources/source.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Settings to run with, what could not be had for them, and what to clean up at the end. */
export interface Demo {
  readonly settings: Settings;
  readonly findings: readonly Finding[];
  stop(): void;
}

const LOCAL = "127.0.0.1";
const USUAL_PORT = 11_211;
const READY_MS = 5000;

/**
 * A bridge to look at: one sample a second, nothing kept afterwards, and a memcached of its own with a little load when
 * none listens on 127.0.0.1:11211. Without an installed memcached it is a bridge without one.
 */
export async function startDemo(): Promise<Parsed<Demo>> {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  const own = (await listens(USUAL_PORT)) ? undefined : await startMemcached();
  const stop = () => {
    if (own?.kind === "ok") own.value.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", stop);
  const path = join(directory, "tidemark.conf");
  writeFileSync(path, demoConfig(directory, own?.kind === "ok" ? own.value.port : undefined));
  const settings = readSettings(path);
  if (settings.kind === "malformed") return settings;
  return ok({ settings: settings.value, findings: own?.kind === "malformed" ? [noMemcached(own.reason)] : [], stop });
}

function noMemcached(found: string): Finding {
  return { what: "A memcached for the demo", found, mend: "apt-get install memcached" };
}

function demoConfig(directory: string, port: number | undefined): string {
  const memcached = port === undefined ? [] : [`Memcached.demo.Uri=tcp://${LOCAL}:${port}`];
  const lines = ["Schedule=* * * * * *", `StateDir=${directory}/state`, `RunDir=${directory}/run`, ...memcached];
  return `${lines.join("\n")}\n`;
}

interface OwnMemcached {
  readonly port: number;
  stop(): void;
}

async function startMemcached(): Promise<Parsed<OwnMemcached>> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = spawn("memcached", ["-l", LOCAL, "-p", String(port), "-U", "0", "-m", "64", ...user], {
    stdio: "ignore",
  });
  const failed = await Promise.race([startFailure(child), ready(port)]);
  if (failed !== undefined) {
    child.kill("SIGKILL");
    return malformed(failed);
  }
  const stopLoad = startLoad(port);
  const stop = () => {
    stopLoad();
    child.kill("SIGTERM");
  };
  return ok({ port, stop });
}

function startFailure(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", () => resolve("memcached is not installed"));
    child.once("exit", (code) => resolve(`memcached ended at once with exit code ${code}`));
  });
}

/** Undefined as soon as something listens on the port. */
async function ready(port: number): Promise<string | undefined> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (await listens(port)) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return `memcached does not listen on ${LOCAL}:${port} after ${READY_MS / 1000} s`;
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

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, LOCAL, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const LOAD_MS = 50;
const KEYS = 60;

/** Twenty requests a second: one set in four, and gets of which most meet a key that is there. */
function startLoad(port: number): () => void {
  const socket: Socket = connect({ host: LOCAL, port });
  socket.on("error", () => undefined).resume();
  let count = 0;
  const timer = setInterval(() => {
    count++;
    const key = `demo${Math.floor(Math.random() ** 2 * KEYS)}`;
    socket.write(count % 4 === 0 ? `set ${key} 0 300 5\r\nhello\r\n` : `get ${key}\r\n`);
  }, LOAD_MS);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}
