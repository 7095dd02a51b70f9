import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { send } from "../real/proc.ts";
import type { Program } from "../real/program.ts";
import { run, start, temporaryDirectory } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";

/** keepalived takes its time on a busy machine. */
const STARTED_SECONDS = 60;

interface At {
  readonly host: string;
  readonly port: number;
}

/** gearmand with a worker for the function "mail", which has had a job. */
export class JobServer {
  readonly at: At;
  #program: Program | undefined;
  #worker: Program | undefined;

  constructor(at: At) {
    this.at = at;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error("it was not started");
    return this.#program;
  }

  async start(): Promise<void> {
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const { host, port } = this.at;
    this.#program = await start("gearmand", ["-L", host, "-p", String(port), "-l", "none", ...user], {
      ready: this.at,
    });
    await this.startWorker();
    await this.jobs(1);
  }

  /** @param seconds that a job takes */
  async startWorker(seconds = 0): Promise<void> {
    const work = ["sh", "-c", `sleep ${seconds}; cat`];
    this.#worker = await start("gearman", [...this.#client, "-w", "-f", "mail", "--", ...work], { ready: () => true });
  }

  async killWorker(): Promise<void> {
    await this.#worker?.kill();
  }

  async jobs(count: number): Promise<void> {
    for (let job = 0; job < count; job++) {
      const { status, stderr } = await run("gearman", [...this.#client, "-b", "-f", "mail", "job"]);
      if (status !== 0) throw new Error(stderr);
    }
  }

  get #client(): readonly string[] {
    return ["-h", this.at.host, "-p", String(this.at.port)];
  }
}

/** lighttpd with a status page, and a back end that nobody has started. */
export class WebServer {
  readonly at: At;
  readonly log: string;
  readonly url: string;
  readonly #directory = temporaryDirectory();
  readonly #backEnd: number;
  #program: Program | undefined;

  constructor(at: At, backEnd: number) {
    this.at = at;
    this.#backEnd = backEnd;
    this.log = join(this.#directory, "error.log");
    this.url = `http://${at.host}:${at.port}/server-status`;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error("it was not started");
    return this.#program;
  }

  async start({ status = true, connections = 100 } = {}): Promise<void> {
    const { host, port } = this.at;
    const conf = join(this.#directory, "lighttpd.conf");
    const lines = [
      `server.document-root = "${this.#directory}"`,
      `server.bind = "${host}"`,
      `server.port = ${port}`,
      `server.errorlog = "${this.log}"`,
      `server.max-connections = ${connections}`,
      "server.max-read-idle = 3600",
      `server.modules = ("mod_proxy"${status ? ', "mod_status"' : ""})`,
      ...(status ? ['status.status-url = "/server-status"'] : []),
      `$HTTP["url"] =~ "^/app" { proxy.server = ("" => (("host" => "${host}", "port" => ${this.#backEnd}))) }`,
    ];
    writeFileSync(conf, `${lines.join("\n")}\n`);
    this.#program = await start("lighttpd", ["-D", "-f", conf], { ready: this.at });
  }

  async restart(settings = {}): Promise<void> {
    await this.program.kill();
    await this.start(settings);
  }

  /** Asks for what the back end has. */
  askBackEnd(): Promise<void> {
    return this.ask("/app");
  }

  ask(path: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(this.at);
      socket.on("error", () => undefined);
      socket.once("close", () => resolve());
      socket.resume();
      socket.end(`GET ${path} HTTP/1.0\r\n\r\n`);
    });
  }
}

/**
 * keepalived with a VRRP instance on each of some cables, in a network of its own, among processes of its own: tidemark
 * looks for keepalived in the process table, where others have theirs.
 */
export class Vrrp {
  readonly fifo: string;
  readonly #directory = temporaryDirectory();
  readonly #names: readonly string[];
  #keeper = "";
  #program: Program | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.fifo = this.#at("notify.fifo");
  }

  /** What starts a program among these processes, in the network of everybody. */
  get enter(): readonly string[] {
    return ["nsenter", "-t", this.#keeper, "-p", "-m"];
  }

  async start(): Promise<void> {
    if (this.#keeper === "") await this.#make();
    this.#program = await start("nsenter", [...this.#networked, ...this.#command], {
      ready: ({ log }) => this.#names.every((name) => log.includes(`(${name}) Entering MASTER STATE`)),
      seconds: STARTED_SECONDS,
    });
  }

  /** Without waiting until it is master of anything. */
  async launch(): Promise<void> {
    this.#program = await start("nsenter", [...this.#networked, ...this.#command], {
      ready: /Startup complete/,
      seconds: STARTED_SECONDS,
    });
  }

  /** kill -9, until nothing is left of it: keepalived takes the zombie of another for one that runs. */
  async stop(): Promise<void> {
    const pids = [this.#parent, ...childrenOf(this.#parent)];
    await this.#program?.kill();
    await waitFor(() => !pids.some((pid) => existsSync(`/proc/${pid}`)), { what: "the end of keepalived" });
  }

  /** Takes an instance's interface down, or up again. */
  async cable(name: string, direction: "down" | "up"): Promise<void> {
    const { status, stderr } = await run("nsenter", [
      ...this.#networked,
      "ip",
      "link",
      "set",
      this.#device(name),
      direction,
    ]);
    if (status !== 0) throw new Error(stderr);
  }

  /** kill -9 of the child that does the work. */
  killChild(): void {
    for (const pid of childrenOf(this.#parent)) send(pid, "SIGKILL");
  }

  /** Somebody has put a plain file in the place of the FIFO: keepalived cannot tell its states any more. */
  spoilFifo(): void {
    rmSync(this.fifo, { force: true });
    writeFileSync(this.fifo, "");
  }

  mendFifo(): void {
    rmSync(this.fifo, { force: true });
  }

  /** nsenter forked it. */
  get #parent(): number | undefined {
    return childrenOf(this.#program?.pid).at(-1);
  }

  async #make(): Promise<void> {
    const keep = "echo made; sleep 7200; exit"; // a shell waits for orphans, too
    const keeper = await start("unshare", ["-p", "-m", "-f", "--mount-proc", "sh", "-c", keep], { ready: /made/ });
    const [pid] = childrenOf(keeper.pid);
    this.#keeper = String(pid);
    const cables = this.#names.map((name, at) => {
      const device = this.#device(name);
      return `ip link add ${device} type veth peer name p${at} && ip addr add 192.0.${at}.1/24 dev ${device} && ip link set ${device} up && ip link set p${at} up`;
    });
    const net = this.#at("net");
    writeFileSync(net, "");
    const script = `ip netns add tidemark && ip netns exec tidemark sh -c '${cables.join(" && ")}'`;
    const { status, stderr } = await run("nsenter", [
      ...this.enter.slice(1),
      "sh",
      "-c",
      `mount -t tmpfs tmpfs /run && mkdir /run/netns && ${script}`,
    ]);
    if (status !== 0) throw new Error(stderr);
    writeFileSync(this.#at("conf"), this.#conf());
  }

  get #networked(): readonly string[] {
    return [...this.enter.slice(1), "ip", "netns", "exec", "tidemark"];
  }

  get #command(): readonly string[] {
    return [
      "keepalived",
      "-n",
      "-l",
      "-D",
      "-f",
      this.#at("conf"),
      `--pid=${this.#at("pid")}`,
      `--vrrp_pid=${this.#at("vrrp")}`,
    ];
  }

  #conf(): string {
    const instances = this.#names.map(
      (name, at) =>
        `vrrp_instance ${name} {\n state BACKUP\n interface ${this.#device(name)}\n virtual_router_id ${at + 1}\n priority 100\n` +
        ` advert_int 0.2\n virtual_ipaddress {\n  192.0.${at}.10/24\n }\n}\n`,
    );
    return `global_defs {\n vrrp_version 3\n vrrp_notify_fifo ${this.fifo}\n}\n${instances.join("")}`;
  }

  #device(name: string): string {
    return `v${this.#names.indexOf(name)}`;
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }
}

function childrenOf(pid: number | undefined): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}
