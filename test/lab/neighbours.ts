import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../real/address.ts";
import { send } from "../real/proc.ts";
import type { Program } from "../real/program.ts";
import { QmailHome } from "../real/qmail.ts";
import { Rsyslogd, Sink } from "../real/rsyslogd.ts";
import { run, start, temporaryDirectory } from "../real/start.ts";

/** The programs that "Tidemark log queues" and "Tidemark neighbours" watch, all of them well at first. */
export class Neighbours {
  readonly rsyslog: LogHost;
  readonly gearman: JobServer;
  readonly lighttpd: WebServer;
  readonly vrrp: Vrrp;
  readonly qmail: QmailHome;
  readonly #host: string;

  private constructor(host: string, ports: readonly [number, number, number, number, number, number]) {
    const [logs, forward, direct, jobs, web, backEnd] = ports;
    this.#host = host;
    this.rsyslog = new LogHost(host, { logs, forward, direct });
    this.gearman = new JobServer(host, jobs);
    this.lighttpd = new WebServer(host, web, backEnd);
    this.vrrp = new Vrrp();
    this.qmail = new QmailHome(temporaryDirectory());
  }

  static async start(host: string): Promise<Neighbours> {
    const port = () => freePort(host);
    const ports = [await port(), await port(), await port(), await port(), await port(), await port()] as const;
    const all = new Neighbours(host, [...ports]);
    await all.rsyslog.start();
    await all.gearman.start();
    await all.lighttpd.start();
    await all.vrrp.start();
    await all.qmail.sender();
    await all.qmail.logger();
    all.qmail.add(3);
    all.qmail.say("status: local 0/10 remote 3/20");
    return all;
  }

  /** Where tidemark finds them; what else runs here is none of its business. */
  get directives(): readonly string[] {
    return [
      "Memcached.Discover=no",
      `Rsyslog.Configuration=${this.rsyslog.daemon.configuration}`,
      "Gearman.Discover=no",
      `Gearman.jobs.Address=${this.#host}:${this.gearman.port}`,
      "Lighttpd.Discover=no",
      `Lighttpd.web.Url=${this.lighttpd.url}`,
      `Lighttpd.web.ErrorLog=${this.lighttpd.log}`,
      "Keepalived.Discover=no",
      `Keepalived.NotifyFifo=${this.vrrp.fifo}`,
      "Keepalived.VI_web.Instance=VI_web",
      `Qmail.Queue=${this.qmail.queue}`,
      `Qmail.Log=${this.qmail.log}`,
    ];
  }
}

/** One that forwards by a queue with a disk and by an action without a queue, and that takes no datagrams from here. */
class LogHost {
  readonly daemon: Rsyslogd;
  /** Behind the queue. */
  readonly forward: Sink;
  readonly direct: Sink;
  readonly #host: string;
  readonly #datagrams: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: string, ports: { readonly logs: number; readonly forward: number; readonly direct: number }) {
    this.#host = host;
    this.#datagrams = ports.logs;
    this.forward = new Sink({ host, port: ports.forward });
    this.direct = new Sink({ host, port: ports.direct });
    const to = (port: number) =>
      `type="omfwd" target="${host}" port="${port}" protocol="tcp" action.resumeInterval="1"`;
    this.daemon = new Rsyslogd({ host, port: ports.logs }, [
      "$AllowedSender UDP, 192.0.2.0/24",
      'module(load="imudp")',
      `input(type="imudp" address="${host}" port="${ports.logs}")`,
      'main_queue(queue.type="LinkedList" queue.size="20000" queue.timeoutenqueue="50")',
      ':syslogtag, startswith, "rsyslogd" stop',
      `action(name="direct" ${to(ports.direct)} action.resumeRetryCount="0")`,
      `action(name="forward" ${to(ports.forward)} action.resumeRetryCount="-1"`,
      '  queue.type="LinkedList" queue.size="1000" queue.highwatermark="600" queue.lowwatermark="100"',
      '  queue.filename="fwdq" queue.maxDiskSpace="512k" queue.maxFileSize="128k" queue.timeoutenqueue="1")',
    ]);
  }

  async start(): Promise<void> {
    await this.forward.open();
    await this.direct.open();
    await this.daemon.start();
  }

  /** Five messages a second until the test is over. */
  trickle(): void {
    this.#timer ??= setInterval(() => this.daemon.log(5), 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Datagrams from an address that is not allowed. */
  async knock(count: number): Promise<void> {
    const input = Array.from({ length: count }, (_, at) => `knock ${at}\n`).join("");
    await run("logger", ["-n", this.#host, "-P", String(this.#datagrams), "-d", "-t", "stranger"], { input });
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    send(Number(readFileSync(join(this.daemon.directory, "pid"), "utf8")), name);
  }
}

class JobServer {
  readonly port: number;
  readonly #host: string;
  #program: Program | undefined;
  #worker: Program | undefined;

  constructor(host: string, port: number) {
    this.#host = host;
    this.port = port;
  }

  /** With a worker for the function "mail", which has had a job. */
  async start(): Promise<void> {
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    this.#program = await start("gearmand", ["-L", this.#host, "-p", String(this.port), "-l", "none", ...user], {
      ready: { host: this.#host, port: this.port },
    });
    await this.startWorker();
    await this.job();
  }

  async startWorker(): Promise<void> {
    this.#worker = await start("gearman", [...this.#client, "-w", "-f", "mail", "--", "cat"], { ready: () => true });
  }

  async killWorker(): Promise<void> {
    await this.#worker?.kill();
  }

  async job(): Promise<void> {
    const { status, stderr } = await run("gearman", [...this.#client, "-b", "-f", "mail", "job"]);
    if (status !== 0) throw new Error(stderr);
  }

  freeze(): void {
    this.#program?.freeze();
  }

  thaw(): void {
    this.#program?.thaw();
  }

  get #client(): readonly string[] {
    return ["-h", this.#host, "-p", String(this.port)];
  }
}

class WebServer {
  readonly log: string;
  readonly url: string;
  readonly #at: { readonly host: string; readonly port: number };
  readonly #conf: string;
  #program: Program | undefined;

  constructor(host: string, port: number, backEnd: number) {
    const directory = temporaryDirectory();
    this.#at = { host, port };
    this.log = join(directory, "error.log");
    this.#conf = join(directory, "lighttpd.conf");
    this.url = `http://${host}:${port}/server-status`;
    const lines = [
      `server.document-root = "${directory}"`,
      `server.bind = "${host}"`,
      `server.port = ${port}`,
      `server.errorlog = "${this.log}"`,
      'server.modules = ("mod_proxy", "mod_status")',
      'status.status-url = "/server-status"',
      `$HTTP["url"] =~ "^/app" { proxy.server = ("" => (("host" => "${host}", "port" => ${backEnd}))) }`,
    ];
    writeFileSync(this.#conf, `${lines.join("\n")}\n`);
  }

  async start(): Promise<void> {
    this.#program = await start("lighttpd", ["-D", "-f", this.#conf], { ready: this.#at });
  }

  async stop(): Promise<void> {
    await this.#program?.kill();
  }

  /** Asks the back end, which nobody has started. */
  askBackEnd(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#at);
      socket.once("error", reject);
      socket.once("close", () => resolve());
      socket.resume();
      socket.end("GET /app HTTP/1.0\r\n\r\n");
    });
  }
}

/** keepalived with one VRRP instance, on a network of its own. */
class Vrrp {
  readonly #directory = temporaryDirectory();
  readonly fifo = join(this.#directory, "notify.fifo");
  #program: Program | undefined;

  async start(): Promise<void> {
    const at = (suffix: string) => join(this.#directory, `keepalived.${suffix}`);
    const instance =
      "state BACKUP\n interface veth0\n virtual_router_id 51\n priority 100\n advert_int 0.2\n" +
      " virtual_ipaddress {\n  192.0.2.10/24\n }";
    const globals = `vrrp_version 3\n vrrp_notify_fifo ${this.fifo}`;
    writeFileSync(at("conf"), `global_defs {\n ${globals}\n}\nvrrp_instance VI_web {\n ${instance}\n}\n`);
    const network =
      "ip link add veth0 type veth peer name veth1 && ip addr add 192.0.2.1/24 dev veth0 && " +
      "ip link set veth0 up && ip link set veth1 up";
    const keepalived = `keepalived -n -l -D -f ${at("conf")} --pid=${at("pid")} --vrrp_pid=${at("vrrp")}`;
    this.#program = await start("unshare", ["--net", "sh", "-c", `${network} && exec ${keepalived}`], {
      ready: /Entering MASTER STATE/,
    });
  }

  /** Takes the instance's interface down, or up again. */
  async cable(direction: "down" | "up"): Promise<void> {
    const pid = String(this.#program?.pid);
    const { status, stderr } = await run("nsenter", ["-t", pid, "-n", "ip", "link", "set", "veth0", direction]);
    if (status !== 0) throw new Error(stderr);
  }

  async stop(): Promise<void> {
    await this.#program?.kill();
  }
}
