import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { encodePacket, PacketDecoder } from "../../src/zabbix/packet.ts";
import { freePort } from "./address.ts";
import type { Program, Ready } from "./program.ts";
import { bundle, type Outcome, runTidemark, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** One element of "data" in a 7.0 agent's reply. `value` null: rightly no value now. */
export interface PassiveReply {
  readonly value?: string | null;
  readonly error?: string;
}

const CONNECT_AND_ANSWER_MS = 5000;
/** On a machine that is busy with other tests an hour of journal is not read in ten seconds. */
const READY_SECONDS = 60;

/** Whatever else runs on this machine, other tests' programs for instance, is none of a test's business. */
const DISCOVER_NOTHING = Object.fromEntries(
  ["LogDir", "Gearman", "Keepalived", "Lighttpd"].map((name) => [`${name}.Discover`, "no"]),
);

/** A place for a daemon of one test: an address, directories and a configuration file that outlive its processes. */
export class Bench {
  readonly host: string;
  readonly port: number;
  readonly directory = temporaryDirectory();
  readonly state = join(this.directory, "state");
  readonly run = join(this.directory, "run");
  readonly config = join(this.directory, "tidemark.conf");

  private constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  static async at(host: string): Promise<Bench> {
    return new Bench(host, await freePort(host));
  }

  /** Writes the configuration: a sample each second, a minute of history, no neighbours, and these lines, which come last. */
  configure(lines: readonly string[]): void {
    const own = lines.map((line) => line.slice(0, line.indexOf("=")));
    const common = Object.entries({
      Schedule: "* * * * * *",
      History: "60s",
      ListenIP: this.host,
      ListenPort: this.port,
      Server: "127.0.0.0/8",
      StateDir: this.state,
      RunDir: this.run,
      ...DISCOVER_NOTHING,
    }).filter(([name]) => !own.includes(name));
    writeFileSync(this.config, [...common.map(([name, value]) => `${name}=${value}`), ...lines, ""].join("\n"));
  }

  /**
   * Starts the daemon with the configuration as it stands, and waits until it answers.
   * @param before a program with its arguments that is to start it
   * @param script path of the built program
   */
  start(before: readonly string[] = [], script = bundle()): Promise<Program> {
    return this.#start(before, script, async () => (await this.ask("agent.ping")).value === "1");
  }

  /** Starts it without waiting for anything. */
  launch(): Promise<Program> {
    return this.#start([], bundle(), () => true);
  }

  #start(before: readonly string[], script: string, ready: Ready): Promise<Program> {
    const [program = "", ...args] = [...before, process.execPath, script, "run", "-c", this.config];
    return start(program, args, { ready, seconds: READY_SECONDS });
  }

  /** One passive check, as a 7.0 server sends it. */
  async ask(key: string): Promise<PassiveReply> {
    const request = { request: "passive checks", data: [{ key, timeout: 3 }] };
    const reply = await exchange(this, JSON.stringify(request));
    const { data } = JSON.parse(reply) as { readonly data?: readonly PassiveReply[] };
    const first = data?.[0];
    if (first === undefined) throw new Error(`asked for "${key}", got ${reply}`);
    return first;
  }

  /** The value of a key; throws what there is instead. */
  async get(key: string): Promise<string> {
    const reply = await this.ask(key);
    if (typeof reply.value === "string") return reply.value;
    throw new Error(`"${key}" has no value: ${reply.error ?? "null"}`);
  }

  async number(key: string): Promise<number> {
    return Number(await this.get(key));
  }

  /** Waits until a key has this value. */
  async until(key: string, value: string, seconds = 10): Promise<void> {
    await waitFor(async () => (await this.get(key)) === value || Promise.reject(await this.ask(key)), {
      what: `"${key}" to be ${value}`,
      seconds,
    }).catch(async (error) => {
      throw new Error(`${error.message}; now ${JSON.stringify(await this.ask(key).catch(String))}`);
    });
  }

  /** One command of the program with this configuration. */
  command(name: string, ...operands: readonly string[]): Promise<Outcome> {
    return runTidemark([name, "-c", this.config, ...operands]);
  }
}

/** Sends one packet and answers the body of the reply. */
export function exchange(
  { host, port }: { readonly host: string; readonly port: number },
  body: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const decoder = new PacketDecoder(1 << 24);
    socket.setTimeout(CONNECT_AND_ANSWER_MS, () => socket.destroy(new Error("no answer")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed without an answer")));
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "malformed") socket.destroy(new Error(decoded.reason));
      if (decoded.kind !== "packet") return;
      resolve(decoded.body.toString("utf8"));
      socket.destroy();
    });
    socket.once("connect", () => socket.write(encodePacket(Buffer.from(body))));
  });
}
