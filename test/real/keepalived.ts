import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askControl } from "../../src/transports/control-client.ts";
import { Bench, type PassiveReply } from "./daemon.ts";
import type { Program } from "./program.ts";
import { bundle, isSkipped } from "./start.ts";
import { waitFor } from "./wait.ts";
import { World, worldsAreAllowed } from "./world.ts";

/** Whether this machine has keepalived and lets its user make namespaces. */
export const keepalivedIsPossible = worldsAreAllowed && !isSkipped("keepalived");

/** Two cables: this machine's ends are veth0 and veth2; the first leads to another machine, named peer. */
const NETWORK = `set -e
ip netns add peer
ip link add veth0 type veth peer name veth1 netns peer
ip link add veth2 type veth peer name veth3
ip addr add 192.0.2.1/24 dev veth0
ip addr add 198.51.100.1/24 dev veth2
for name in veth0 veth2 veth3; do ip link set $name up; done
ip -n peer addr add 192.0.2.2/24 dev veth1
ip -n peer link set veth1 up`;

/** One that both machines have. */
export const WEB: VrrpInstance = { name: "VI_web", device: "veth0", id: 51, priority: 100, address: "192.0.2.10/24" };

/** VRRP 3 has advertisements more often than once a second: a failover takes 0.7 s. */
interface VrrpInstance {
  readonly name: string;
  readonly device: string;
  readonly id: number;
  readonly priority: number;
  readonly address: string;
}

/** A machine of its own with tidemark and keepalived, and a second keepalived on a machine beside it. */
export class VrrpWorld {
  readonly bench: Bench;
  readonly fifo: string;
  readonly #world: World;

  private constructor(bench: Bench, world: World) {
    this.bench = bench;
    this.#world = world;
    this.fifo = join(bench.directory, "notify.fifo");
  }

  static async make(host: string): Promise<VrrpWorld> {
    const bench = await Bench.at(host);
    const world = await World.make();
    const made = await world.run("sh", "-c", NETWORK);
    if (made.status !== 0) throw new Error(made.stderr);
    return new VrrpWorld(bench, world);
  }

  /** tidemark with a sample each second and these directives. */
  async tidemark(...lines: readonly string[]): Promise<Program> {
    this.bench.configure(["ListenIP=127.0.0.1", "Keepalived.Discover=yes", ...lines]);
    const ready = async () => (await this.ask("agent.ping")).value === "1";
    return this.#world.start(process.execPath, [bundle(), "run", "-c", this.bench.config], ready);
  }

  /** @param globals lines of global_defs */
  keepalived(instances: readonly VrrpInstance[], globals = ""): Promise<Program> {
    return this.#start([], "ours", instances, globals);
  }

  peer(instances: readonly VrrpInstance[]): Promise<Program> {
    return this.#start(["ip", "netns", "exec", "peer"], "theirs", instances, "");
  }

  #start(before: readonly string[], name: string, instances: readonly VrrpInstance[], globals: string) {
    const path = (suffix: string) => join(this.bench.directory, `${name}.${suffix}`);
    writeFileSync(path("conf"), confOf(instances, globals));
    const pids = [`--pid=${path("pid")}`, `--vrrp_pid=${path("vrrp")}`];
    const [program = "", ...args] = [...before, "keepalived", "-n", "-l", "-D", "-f", path("conf"), ...pids];
    return this.#world.start(program, args, /Startup complete/);
  }

  /** Pid, in this world, of our keepalived's VRRP child. */
  get vrrpPid(): string {
    return readFileSync(join(this.bench.directory, "ours.vrrp"), "utf8").trim();
  }

  get parentPid(): string {
    return readFileSync(join(this.bench.directory, "ours.pid"), "utf8").trim();
  }

  async run(program: string, ...args: readonly string[]): Promise<void> {
    const { status, stderr } = await this.#world.run(program, ...args);
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  }

  /** One passive check, through the control socket: the port is in the other world. */
  async ask(key: string): Promise<PassiveReply> {
    const socket = join(this.bench.run, "tidemark.sock");
    const answer = await askControl(socket, { request: "passive checks", data: [{ key }] }, 3000);
    if (answer.kind === "malformed") throw new Error(answer.reason);
    const [first] = (answer.value as { readonly data: readonly PassiveReply[] }).data;
    if (first === undefined) throw new Error(JSON.stringify(answer.value));
    return first;
  }

  async get(key: string): Promise<string> {
    const reply = await this.ask(key);
    if (typeof reply.value === "string") return reply.value;
    throw new Error(`"${key}": ${JSON.stringify(reply)}`);
  }

  async until(key: string, value: string): Promise<void> {
    await waitFor(async () => (await this.get(key)) === value, { what: `"${key}" to be ${value}` }).catch(
      async (error) => {
        throw new Error(`${error.message}; now ${JSON.stringify(await this.ask(key).catch(String))}`);
      },
    );
  }
}

function confOf(instances: readonly VrrpInstance[], globals: string): string {
  return [
    `global_defs {\n vrrp_version 3\n${globals}\n}`,
    ...instances.map(({ name, device, id, priority, address }) =>
      [
        `vrrp_instance "${name}" {`,
        ` state BACKUP\n interface ${device}\n virtual_router_id ${id}\n priority ${priority}\n advert_int 0.2`,
        ` virtual_ipaddress {\n  ${address}\n }`,
        "}",
      ].join("\n"),
    ),
    "",
  ].join("\n");
}
