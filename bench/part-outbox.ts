import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePacket, PacketDecoder } from "../src/zabbix/packet.ts";
import type { OutboxFigures, Target } from "./outbox.ts";
import { installed } from "./programs.ts";
import { atLeast, atMost, type Part, type Row, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";

const HOST = "127.0.0.21";
const FULL_ROWS = 1_000_000;
const QUICK_ROWS = 50_000;

/**
 * A queue of a million values on disk: what it takes, and how fast it goes to a server. BENCH_TRAPPER names a trapper item
 * of a real one, HOST:PORT/HOST/KEY; without it a sink takes the values.
 */
export async function outbox({ minutes }: Scale): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-bench-outbox-"));
  const rows = minutes ? FULL_ROWS : QUICK_ROWS;
  const sink = await listening();
  try {
    const target = trapper() ?? { server: `${HOST}:${portOf(sink)}`, host: "bench", key: "bench.value" };
    const own = await inItsOwnProcess(directory, rows, target);
    const peer = installed("zabbix_sender") ? await zabbixSender(directory, rows, target) : undefined;
    return part(rows, own, peer);
  } finally {
    sink.close();
    rmSync(directory, { recursive: true });
  }
}

interface Sent {
  readonly seconds: number;
  readonly cpu: number;
}

function part(rows: number, own: OutboxFigures, peer: Sent | undefined): Part {
  const { fill, drain, open, megabytes, stall } = own;
  const row = (who: string, { seconds, cpu }: Sent): Row => ({
    what: `${rows} values sent, 250 at a time`,
    who,
    figures: [
      short(seconds),
      short(rows / seconds),
      short((cpu / rows) * 1e6),
      peer === undefined ? "-" : times(rows / seconds, rows / peer.seconds),
    ],
  });
  const filled = {
    what: "the same, queued",
    who: "tidemark",
    figures: [short(fill.seconds), short(rows / fill.seconds), short((fill.cpu / rows) * 1e6), "-"],
  };
  return {
    title: "Outbox",
    columns: ["seconds", "values/s", "CPU us/value", "to zabbix_sender"],
    rows: [filled, row("tidemark", drain), ...(peer === undefined ? [] : [row("zabbix_sender", peer)])],
    verdicts: [
      atLeast("values/s of a backlog", rows / drain.seconds, 1000, "/s"),
      atMost(`memory kept for ${rows} queued values`, megabytes.kept, 10, "MB"),
      atMost("most resident while they are sent", megabytes.most, 200, "MB"),
      atMost("opening that queue", open.seconds, 1, "s"),
      atMost("longest hold-up while that queue is opened", stall.open, 5, "ms"),
      atMost("longest hold-up while they are sent", stall.drain, 5, "ms"),
    ],
  };
}

function trapper(): Target | undefined {
  const [server, host, key] = (process.env["BENCH_TRAPPER"] ?? "").split("/");
  return server === undefined || host === undefined || key === undefined ? undefined : { server, host, key };
}

async function inItsOwnProcess(directory: string, rows: number, target: Target): Promise<OutboxFigures> {
  const [script = ""] = process.argv.slice(1);
  const args = ["--expose-gc", script, "outbox", join(directory, "queue"), String(rows), JSON.stringify(target)];
  return JSON.parse((await output(process.execPath, args)).stdout) as OutboxFigures;
}

/** The same values by zabbix_sender. */
async function zabbixSender(directory: string, rows: number, { server, host, key }: Target): Promise<Sent> {
  const path = join(directory, "values.txt");
  const began = Math.floor(Date.now() / 1000) - 7200;
  const lines = Array.from({ length: rows }, (_, at) => {
    return `- ${key} ${began + Math.floor(at / 1000)} ${(at % 1000) * 1_000_000} ${at}\n`;
  });
  writeFileSync(path, lines.join(""));
  const [address = "", port = ""] = server.split(":");
  const command = `TIMEFORMAT="%R %U %S"; time zabbix_sender -z ${address} -p ${port} -s ${host} -T -N -i ${path} >/dev/null`;
  const { stderr } = await output("bash", ["-c", command]);
  const [seconds = 0, user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return { seconds, cpu: user + system };
}

function output(
  program: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 || code === 2 ? resolve({ stdout, stderr }) : reject(new Error(`${program}: ${code}: ${stderr}`)),
    );
  });
}

/** Takes values and says so, as a server does. */
function listening(): Promise<Server> {
  const server = createServer((socket) => {
    const decoder = new PacketDecoder(2 ** 26);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "malformed") socket.destroy();
      if (decoded.kind !== "packet") return;
      const rows = decoded.body.toString("latin1").split('"key"').length - 1;
      const info = `processed: ${rows}; failed: 0; total: ${rows}; seconds spent: 0.000041`;
      socket.end(encodePacket(Buffer.from(JSON.stringify({ response: "success", info }))));
    });
  });
  return new Promise((resolve) => server.listen(0, HOST, () => resolve(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
