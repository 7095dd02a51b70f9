import { join } from "node:path";
import { freePort } from "../real/address.ts";
import { startMemcached } from "../real/memcached.ts";
import { QmailHome } from "../real/qmail.ts";
import { Rsyslogd } from "../real/rsyslogd.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER } from "../real/supervise-sampling.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { JobServer, Vrrp, WebServer } from "./neighbours.ts";

const VRRP = "VI_web";

/** One of everything that the templates watch, all well but for a memcached that is not there; next to nothing changes. */
export class StillScene {
  /** Of the memcached that is there. */
  readonly uri: string;
  readonly #directives: readonly string[];
  readonly #vrrp: Vrrp;

  private constructor(uri: string, directives: readonly string[], vrrp: Vrrp) {
    this.uri = uri;
    this.#directives = directives;
    this.#vrrp = vrrp;
  }

  static async start(host: string): Promise<StillScene> {
    const port = await freePort(host);
    const uri = `tcp://${host}:${port}`;
    await startMemcached({ host, port });
    await threeQuartersFound({ host, port });
    const directives = [
      ...[
        "History=1h",
        "Memcached.Discover=no",
        "Memcached.SlowMs=5000",
        `Memcached.one.Uri=${uri}`,
        "Memcached.one.ExpectMemory=64M",
      ],
      `Memcached.two.Uri=tcp://${host}:${await freePort(host)}`, // nothing listens there
      ...(await services()),
      ...(await logQueues(host)),
      ...(await jobs(host)),
      ...(await web(host)),
      ...(await mail()),
    ];
    const vrrp = new Vrrp([VRRP]);
    await vrrp.start();
    return new StillScene(uri, directives, vrrp);
  }

  /** For a tidemark's configuration. */
  get directives(): readonly string[] {
    return [...this.#directives, ...vrrpOf(this.#vrrp)];
  }

  /** For a second tidemark, with a keepalived of its own: what one tells, one reader alone gets. */
  async directivesOfOther(): Promise<readonly string[]> {
    const vrrp = new Vrrp([VRRP]);
    await vrrp.start();
    return [...this.#directives, ...vrrpOf(vrrp)];
  }

  /** keepalived tells its state when it changes: to be called once tidemark listens. */
  async stir(): Promise<void> {
    await this.#vrrp.cable(VRRP, "down");
    await this.#vrrp.cable(VRRP, "up");
  }
}

function vrrpOf({ fifo }: Vrrp): readonly string[] {
  return [`Keepalived.NotifyFifo=${fifo}`, `Keepalived.${VRRP}.Instance=${VRRP}`];
}

async function services(): Promise<readonly string[]> {
  const scan = temporaryDirectory();
  makeService(join(scan, "web"), SLEEPER);
  makeService(join(scan, "chatty"), "while :; do echo a line; sleep 1; done", {
    "log/run": "#!/bin/sh\nexec multilog t ./main\n",
  });
  await start("svscan", [scan], { ready: { path: join(scan, "chatty/log/main/current") } });
  return [`Supervise.Directories=${scan}`, `LogDir.chatty.Path=${join(scan, "chatty/log/main")}`];
}

async function logQueues(host: string): Promise<readonly string[]> {
  const rsyslogd = new Rsyslogd({ host, port: await freePort(host) }, [
    'action(name="nowhere" type="omfile" file="/dev/null" queue.type="LinkedList" queue.filename="nowhere")',
  ]);
  await rsyslogd.start();
  return [`Rsyslog.Configuration=${rsyslogd.configuration}`];
}

async function jobs(host: string): Promise<readonly string[]> {
  const server = new JobServer({ host, port: await freePort(host) });
  await server.start();
  return [`Gearman.jobs.Address=${host}:${server.at.port}`];
}

async function web(host: string): Promise<readonly string[]> {
  const server = new WebServer({ host, port: await freePort(host) }, await freePort(host));
  await server.start();
  return [`Lighttpd.web.Url=${server.url}`, `Lighttpd.web.ErrorLog=${server.log}`];
}

async function mail(): Promise<readonly string[]> {
  const home = new QmailHome(temporaryDirectory());
  await home.sender();
  await home.logger();
  home.say("status: local 0/10 remote 3/20");
  return [`Qmail.queue.Queue=${home.queue}`, `Qmail.queue.Log=${home.log}`];
}
