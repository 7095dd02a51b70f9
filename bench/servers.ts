import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { directory, freePort, installed, LOCAL, type Running, start } from "./programs.ts";

const TIDEMARK = "dist/tidemark.js";

let count = 0;

/** A directory of its own for one daemon. */
function place(name: string): string {
  const path = join(directory, `${name}-${count++}`);
  mkdirSync(path);
  return path;
}

function file(path: string, lines: readonly string[]): string {
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** A configuration of tidemark; `lines` beside the directories and the port. */
export interface Configured {
  readonly path: string;
  readonly port: number;
  readonly directory: string;
}

export async function configured(lines: readonly string[]): Promise<Configured> {
  const at = place("tidemark");
  const port = await freePort();
  // all of a bench comes from one address, and the agents beside have no such limit
  const all = [`StateDir=${at}/state`, `RunDir=${at}/run`, `ListenPort=${port}`, "PeerRate=0", ...lines];
  return { path: file(join(at, "tidemark.conf"), all), port, directory: at };
}

export function instances(ports: readonly number[], names = ports.length): readonly string[] {
  return Array.from({ length: names }, (_, at) => `Memcached.m${at}.Uri=tcp://${LOCAL}:${ports[at % ports.length]}`);
}

export async function tidemark(lines: readonly string[]): Promise<Running> {
  return run(await configured(lines));
}

export function run({ path, port }: Configured): Promise<Running> {
  return start(process.execPath, [TIDEMARK, "run", "-c", path], port);
}

export async function bareNode(): Promise<Running> {
  const port = await freePort();
  return start(process.execPath, ["bench/bare.mjs", String(port)], port);
}

/** undefined: not installed. */
export function agentd(lines: readonly string[] = []): Promise<Running> | undefined {
  const program = installed("zabbix_agentd");
  return program === undefined ? undefined : agent(program, ["AllowRoot=1", ...lines]);
}

/** undefined: not installed. */
export function agent2(lines: readonly string[] = []): Promise<Running> | undefined {
  const program = installed("zabbix_agent2");
  return program === undefined ? undefined : agent(program, [`ControlSocket=${place("agent2")}/socket`, ...lines]);
}

async function agent(program: string, lines: readonly string[]): Promise<Running> {
  const at = place("agent");
  const port = await freePort();
  const common = [`ListenPort=${port}`, `ListenIP=${LOCAL}`, `Server=${LOCAL}`, "Hostname=bench", "LogType=console"];
  const config = file(join(at, "agent.conf"), [...common, `PidFile=${at}/pid`, ...lines]);
  return start(program, ["-f", "-c", config], port);
}

/** `-c`: most connections. */
export async function memcached(): Promise<Running> {
  const program = installed("memcached");
  if (program === undefined) throw new Error("memcached is not installed; as root: apt-get install memcached");
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const started = await start(
    program,
    ["-l", LOCAL, "-p", String(port), "-U", "0", "-m", "64", "-c", "4096", "-t", "1", ...user],
    port,
  );
  await fill(port);
  return started;
}

/** Sizes that land in ten slab classes. */
const SIZES = [50, 80, 120, 180, 260, 400, 600, 900, 1400, 2000];
const ITEMS = 2000;

function fill(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: LOCAL, port });
    socket.once("error", reject);
    socket.once("close", () => resolve());
    for (let item = 0; item < ITEMS; item++) {
      const size = SIZES[item % SIZES.length] ?? 1;
      socket.write(`set k${item} 0 0 ${size} noreply\r\n${"x".repeat(size)}\r\nget k${item * 2}\r\n`);
    }
    socket.end("quit\r\n");
    socket.resume();
  });
}

const TRICKLE_MS = 200;

/** A get now and then, so that windows have requests. Returns what ends it. */
export function trickle(port: number): () => void {
  const socket = connect({ host: LOCAL, port });
  socket.on("error", () => undefined).resume();
  const timer = setInterval(() => socket.write("get k1\r\nget none\r\n"), TRICKLE_MS);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}
