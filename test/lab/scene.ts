import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { freePort } from "../real/address.ts";
import { startMemcached } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import type { Program } from "../real/program.ts";
import { QmailHome } from "../real/qmail.ts";
import { Rsyslogd, Sink } from "../real/rsyslogd.ts";
import { run, start, temporaryDirectory } from "../real/start.ts";
import { makeService } from "../real/supervise-sampling.ts";
import { JobServer, Vrrp, WebServer } from "./neighbours.ts";

/* A machine on which everything that the templates watch is there and has something to do. */

const BEAT_MS = 500;
/** Load comes and goes as day and night do, only quicker. */
const WAVE_SECONDS = 900;
const SERVICES = ["api", "cron", "dns", "images", "mailer", "session-gc", "web", "workers"] as const;
const LOGGED = ["api", "mailer", "web"] as const;
const VRRP = "VI_web";
const CHATTY = 'while :; do echo "GET /$RANDOM 200"; sleep 0.3; done';

const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
});

interface Cache {
  readonly at: { readonly host: string; readonly port: number };
  readonly program: Program;
}

/** What happens to it twice a second; `wave` is between 0 and 1. */
type Work = (load: MemcachedLoad, wave: number, beat: number) => Promise<unknown>;

/** Three instances, one of them too small; the last one has nothing to do but to fail. */
const CACHES: Readonly<Record<string, { readonly args: readonly string[]; readonly work: Work }>> = {
  sessions: {
    args: [],
    work: async (load, wave) => {
      await load.gets(20 + 60 * wave);
      await load.misses(3);
    },
  },
  pages: {
    args: ["-m", "4"],
    work: (load, wave, beat) =>
      Promise.all([load.sets(10 + 20 * wave, { prefix: `page${beat}-`, bytes: 4000 }), load.gets(30), load.misses(20)]),
  },
  queries: {
    args: [],
    work: (load, wave) => Promise.all([load.gets(10 + 100 * wave), load.misses(5 + 10 * wave)]),
  },
};

export class Scene {
  readonly #caches: ReadonlyMap<string, Cache>;
  readonly #scan: string;
  readonly #logs: Logs;
  readonly #jobs: JobServer;
  readonly #web: WebServer;
  readonly #vrrp = new Vrrp([VRRP]);
  readonly #mail = new QmailHome(temporaryDirectory());

  private constructor(
    caches: ReadonlyMap<string, Cache>,
    scan: string,
    { logs, jobs, web }: { readonly logs: Logs; readonly jobs: JobServer; readonly web: WebServer },
  ) {
    this.#caches = caches;
    this.#scan = scan;
    this.#logs = logs;
    this.#jobs = jobs;
    this.#web = web;
  }

  static async start(host: string): Promise<Scene> {
    const at = async () => ({ host, port: await freePort(host) });
    const jobs = new JobServer(await at());
    const web = new WebServer(await at(), await freePort(host));
    const scene = new Scene(await startCaches(host), await startServices(), { logs: await startLogs(host), jobs, web });
    await scene.#start();
    return scene;
  }

  async #start(): Promise<void> {
    await this.#jobs.start();
    await this.#jobs.killWorker();
    await this.#jobs.startWorker(4);
    await this.#web.start();
    await this.#vrrp.start();
    await this.#mail.sender();
    await this.#mail.logger();
    this.#mail.add(3);
    this.#mail.say("status: local 1/10 remote 3/20");
    every(2000, async () => this.#logs.daemon.log(2 + Math.round(20 * wave())));
    every(5000, () => this.#jobs.jobs(1));
    every(700, () => this.#web.ask("/server-status"));
  }

  /** For tidemark's configuration; the network and its loads are the machine's own. */
  get directives(): readonly string[] {
    return [
      "Memcached.SlowMs=5000", // a machine that runs all this is busy
      ...[...this.#caches].map(([name, { at }]) => `Memcached.${name}.Uri=tcp://${at.host}:${at.port}`),
      `Supervise.Directories=${this.#scan}`,
      ...LOGGED.map((name) => `LogDir.${name}.Path=${join(this.#scan, name, "log/main")}`),
      `Rsyslog.Configuration=${this.#logs.daemon.configuration}`,
      `Gearman.jobs.Address=${this.#jobs.at.host}:${this.#jobs.at.port}`,
      `Lighttpd.web.Url=${this.#web.url}`,
      `Lighttpd.web.ErrorLog=${this.#web.log}`,
      `Keepalived.NotifyFifo=${this.#vrrp.fifo}`,
      `Keepalived.${VRRP}.Instance=${VRRP}`,
      `Qmail.Queue=${this.#mail.queue}`,
      `Qmail.Log=${this.#mail.log}`,
    ];
  }

  /** keepalived tells of its state when it changes: to be called once tidemark listens. */
  async stir(): Promise<void> {
    await this.#vrrp.cable(VRRP, "down");
    await this.#vrrp.cable(VRRP, "up");
  }

  /** A bad day: a memcached hangs, a service cannot start any more, and the log server is gone. */
  async spoil(): Promise<void> {
    this.#caches.get("queries")?.program.freeze();
    renameSync(join(this.#scan, "workers/run"), join(this.#scan, "workers/run.lost"));
    await run("svc", ["-k", join(this.#scan, "workers")]);
    await this.#logs.forward.close();
  }
}

interface Logs {
  readonly daemon: Rsyslogd;
  readonly forward: Sink;
}

/** An rsyslogd that forwards by a queue with a disk. */
async function startLogs(host: string): Promise<Logs> {
  const port = await freePort(host);
  const forward = new Sink({ host, port });
  const daemon = new Rsyslogd({ host, port: await freePort(host) }, [
    'main_queue(queue.type="LinkedList" queue.size="20000" queue.timeoutenqueue="50")',
    ':syslogtag, startswith, "rsyslogd" stop',
    `action(name="forward" type="omfwd" target="${host}" port="${port}" protocol="tcp" action.resumeInterval="1"`,
    '  action.resumeRetryCount="-1" queue.type="LinkedList" queue.size="1000" queue.highwatermark="600"',
    '  queue.lowwatermark="100" queue.filename="fwdq" queue.maxDiskSpace="512k" queue.maxFileSize="128k")',
  ]);
  await forward.open();
  await daemon.start();
  return { daemon, forward };
}

async function startCaches(host: string): Promise<ReadonlyMap<string, Cache>> {
  const caches = new Map<string, Cache>();
  for (const [name, { args, work }] of Object.entries(CACHES)) {
    const at = { host, port: await freePort(host) };
    caches.set(name, { at, program: await startMemcached(at, args) });
    await keepBusy(at, work);
  }
  return caches;
}

async function keepBusy(at: Cache["at"], work: Work): Promise<void> {
  const load = await MemcachedLoad.connect(at);
  await load.sets(100);
  let beat = 0;
  every(BEAT_MS, () => work(load, wave(), beat++));
}

async function startServices(): Promise<string> {
  const scan = temporaryDirectory();
  for (const name of SERVICES) {
    const logger = { "log/run": "#!/bin/sh\nexec multilog t s100000 n5 ./main\n" };
    const logged = LOGGED.some((other) => other === name);
    makeService(join(scan, name), logged ? CHATTY : "exec sleep 100000", logged ? logger : {});
  }
  await start("svscan", [scan], { ready: { path: join(scan, "web/log/main/current") } });
  return scan;
}

function wave(): number {
  return (1 + Math.sin((Date.now() / 1000 / WAVE_SECONDS) * 2 * Math.PI)) / 2;
}

/** One after the other; what fails because its program was made to fail is let go. */
function every(ms: number, act: () => Promise<unknown>): void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void act()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, ms);
  timers.push(timer);
}
