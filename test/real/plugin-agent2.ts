import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exchange } from "../unit/transports/loopback.ts";
import { freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { LAUNCHER, untilGone } from "./plugin-agent-side.ts";
import { markOf, processes, send } from "./proc.ts";
import type { Program } from "./program.ts";
import { type Outcome, run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** A real agent 2, and where the tests of one file may start it. */
export interface Agent2 {
  readonly program: string;
  readonly version: "6.0" | "7.0";
  /** Loopback address of the test file. */
  readonly host: string;
}

const METRICS = JSON.parse(
  readFileSync(new URL("../../src/plugin/metrics.json", import.meta.url), "utf8"),
) as readonly (readonly [string, string])[];
const REFUSED = "ZBX_NOTSUPPORTED\0";

let places = 0;

/** A place for one agent: its configuration and its directory outlive its processes. */
export class Place {
  readonly directory = temporaryDirectory();
  readonly #agent: Agent2;
  /** None above 32767, so a free one of the system's will not do; the address is the test file's alone. */
  readonly #port = 20_001 + places++;
  readonly #config = join(this.directory, "agent.conf");

  /**
   * @param options of the plugin, without the `Plugins.Tidemark.` in front
   * @param others lines for the agent itself
   */
  constructor(agent: Agent2, options: readonly string[], others: readonly string[] = []) {
    this.#agent = agent;
    this.configure(options, others);
  }

  configure(options: readonly string[], others: readonly string[] = []): void {
    const here = (name: string) => join(this.directory, name);
    const own = ["Socket", "Directory", "Schedule"].filter(
      (name) => !options.some((one) => one.startsWith(`${name}=`)),
    );
    const defaults: Readonly<Record<string, string>> = {
      Socket: here("none.sock"),
      Directory: here("plugin"),
      Schedule: "* * * * * *",
    };
    const lines = [
      "LogType=console",
      "Server=127.0.0.0/8",
      "Hostname=test",
      `ListenIP=${this.#agent.host}`,
      `ListenPort=${this.#port}`,
      `PidFile=${here("pid")}`,
      `PluginSocket=${here("plugin.sock")}`,
      `ControlSocket=${here("control.sock")}`,
      "UserParameter=up.one,echo 1",
      ...others,
      `Plugins.Tidemark.System.Path=${LAUNCHER}`,
      "Plugins.Tidemark.Memcached.SlowMs=30000",
      ...own.map((name) => `Plugins.Tidemark.${name}=${defaults[name]}`),
      ...options.map((line) => `Plugins.Tidemark.${line}`),
    ];
    writeFileSync(this.#config, `${lines.join("\n")}\n`);
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#agent.host, port: this.#port };
  }

  /** Starts the agent and waits until it answers, which says nothing about the plugin. */
  start(): Promise<Program> {
    const ready = async () => (await this.ask("agent.ping")) === "1";
    return start(this.#agent.program, ["-f", "-c", this.#config], { ready, env: ENVIRONMENT });
  }

  /** The agent with other arguments, to its end. */
  run(...args: readonly string[]): Promise<Outcome> {
    return run(this.#agent.program, ["-c", this.#config, ...args], { env: ENVIRONMENT, seconds: 15 });
  }

  /** One passive check with the plain key: the value, or ZBX_NOTSUPPORTED, NUL, reason. */
  async ask(key: string): Promise<string> {
    const body = Buffer.from(key);
    const header = Buffer.from("ZBXD\x01\0\0\0\0\0\0\0\0", "latin1");
    header.writeUInt32LE(body.length, 5);
    const reply = await exchange(this.address, Buffer.concat([header, body]));
    return reply.subarray(header.length).toString("utf8");
  }

  until(key: string, value: string, seconds = 10): Promise<true> {
    return waitFor(async () => (await this.ask(key)) === value || Promise.reject(new Error(await this.ask(key))), {
      what: `"${key}" to be ${value}`,
      seconds,
    });
  }
}

const ENVIRONMENT = { TIDEMARK_NODE: process.execPath };

/** Everything that a program started, and what that started; itself not included. */
export function offspring({ pid }: Program): readonly number[] {
  const mark = markOf(pid);
  return processes().flatMap((one) =>
    one.pid !== pid && mark !== undefined && markOf(one.pid) === mark ? one.pid : [],
  );
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
}

/** The plugin's process that answers. */
function door(agent: Program): number {
  const found = offspring(agent).find((pid) => /tidemark-plugin\.js \S+ false/.test(commandLine(pid)));
  if (found === undefined) throw new Error("the plugin does not run");
  return found;
}

/** Waits until none of these processes runs. */
export function untilNobody(pids: readonly number[]): Promise<true> {
  const isEmpty = () => !processes().some(({ pid }) => pids.includes(pid));
  return waitFor(isEmpty, { what: `the end of the processes ${pids.join(", ")}`, seconds: 5 });
}

/** The same tests for each version of agent 2. */
export function pluginTests(agent: Agent2): void {
  const memcached = freePort(agent.host).then(async (port) => {
    await startMemcached({ host: agent.host, port });
    return `Memcached.main.Uri=tcp://${agent.host}:${port}`;
  });

  test("-t asks the plugin, -p leaves it out, zabbix_get gets values and reasons", async () => {
    const place = new Place(agent, [await memcached]);
    expect((await place.run("-t", "memcached.state[main]")).stdout).toMatch(/\[s\|1\]/);
    const printed = await place.run("-p");
    expect(printed.stdout).toMatch(/^agent\.ping/m);
    expect(printed.stdout).not.toMatch(/tidemark/);
    const program = await place.start();
    await place.until("memcached.state[main]", "1");
    expect(await place.ask("memcached.state[other]")).toMatch(/^ZBX_NOTSUPPORTED\0No memcached target "other".*\.$/);
    expect(await place.ask('memcached.state["a]b",,x]')).toMatch(/^ZBX_NOTSUPPORTED\0[A-Z].*\.$/);
    await program.end();
  });

  test("every key is answered, a thousand at once, while user parameters are reloaded; no trace is left", async () => {
    const place = new Place(agent, [await memcached]);
    const program = await place.start();
    await place.until("tidemark.mode", "plugin of agent 2, values of its child");
    for (const [key] of METRICS) {
      const answer = await place.ask(key);
      expect(answer, key).not.toMatch(/^ZBX_NOTSUPPORTED\0(Unknown metric|Unsupported item key|Timeout|Tidemark)/);
      if (answer.startsWith(REFUSED)) expect(answer, key).toMatch(/\.$/);
    }
    const asked = Array.from({ length: 1000 }, () => place.ask("memcached.state[main]"));
    const reloaded = await place.run("-R", "userparameter_reload");
    expect(`${reloaded.status} ${reloaded.stdout}`).toMatch(/^0/);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(["1"]));
    expect(await place.ask("up.one")).toBe("1");
    expect(await place.ask("tidemark.version")).toMatch(/^\d/);
    const all = offspring(program);
    expect(all.length).toBeGreaterThan(1);
    program.signal("SIGTERM");
    expect((await program.ended).status).toBe(0);
    await untilNobody(all);
  });

  test("options that are wrong keep the agent from starting, with a sentence", async () => {
    const place = new Place(agent, ["Memcached.main.Uri=http://x"]);
    const { status, stdout, stderr } = await place.run("-f");
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/Plugins\.Tidemark: .*http:\/\/x/);
    place.configure(["ListenPort=10055"]);
    const refused = await place.run("-f");
    expect(`${refused.stdout}${refused.stderr}`).toMatch(/Plugins\.Tidemark\.ListenPort: not for the plugin/);
  });

  test("a user parameter of the same key is refused by the agent", async () => {
    const place = new Place(agent, [], ["UserParameter=tidemark.version,echo 1"]);
    const { status, stdout, stderr } = await place.run("-f");
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/tidemark\.version.*key already used/);
  });

  test("an agent that is killed leaves nobody, and the next one has values again", async () => {
    const place = new Place(agent, [await memcached]);
    const first = await place.start();
    await place.until("memcached.state[main]", "1");
    const left = offspring(first);
    first.signal("SIGKILL");
    await untilNobody(left);
    const second = await place.start();
    await place.until("memcached.state[main]", "1");
    await second.end();
  });

  test("a tidemark that is killed is started again; the agent lives", async () => {
    const place = new Place(agent, [await memcached]);
    const program = await place.start();
    await place.until("memcached.state[main]", "1");
    const child = offspring(program).find((pid) => / run --attached /.test(commandLine(pid))) ?? 0;
    send(child, "SIGKILL");
    await untilGone(child); // and waited for, so that the plugin knows
    expect(await place.ask("memcached.state[main]")).toBe(`${REFUSED}The plugin's tidemark ended (signal SIGKILL).`);
    expect(await place.ask("agent.ping")).toBe("1");
    await place.until("memcached.state[main]", "1");
    await program.end();
  });

  test("a plugin that is killed takes the agent with it, as any plugin of agent 2 does; nobody is left", async () => {
    const place = new Place(agent, [await memcached]);
    const program = await place.start();
    await place.until("memcached.state[main]", "1");
    const left = offspring(program);
    send(door(program), "SIGKILL");
    const { status } = await program.ended;
    expect(agent.version === "6.0" ? [0, 2] : [2]).toContain(status); // 6.0 stops, or panics like 7.0: a race in it
    expect(program.log).toMatch(status === 0 ? /plugin Tidemark died/ : /panic/);
    await untilNobody(left);
  });
}
