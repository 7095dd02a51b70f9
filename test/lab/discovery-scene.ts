import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import type { Program } from "../real/program.ts";
import { Rsyslogd } from "../real/rsyslogd.ts";
import { run, temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER } from "../real/supervise-sampling.ts";
import { JobServer } from "./neighbours.ts";

const SERVICES = ["web", "batch", "Shop"];
const LOGS = ["app", "noise"];
/** The function beside "mail", which nobody works for. */
const OTHER_FUNCTION = "spam";
/** Of both kinds enough for a slab class of more than a twentieth, and one has more than half. */
const SIZES = [200, 1000];

/** A machine with two or more of everything that is discovered, all of which can fail at once. */
export class DiscoveryScene {
  readonly bench: Bench;
  readonly #host: string;
  readonly #elsewhere: string;
  readonly #port: number;
  readonly #scan = temporaryDirectory();
  readonly #logs = temporaryDirectory();
  readonly #rsyslogd: Rsyslogd;
  readonly #jobs: JobServer;
  #caches: readonly Program[] = [];
  #daemon: Program | undefined;

  private constructor(bench: Bench, ports: readonly number[]) {
    const [port = 0, logPort = 0, jobPort = 0] = ports;
    this.bench = bench;
    this.#host = bench.host;
    this.#elsewhere = bench.host.replace(/\d+$/, (last) => String((Number(last) % 254) + 1));
    this.#port = port;
    this.#jobs = new JobServer({ host: bench.host, port: jobPort });
    this.#rsyslogd = new Rsyslogd({ host: bench.host, port: logPort }, [
      'action(name="kept" type="omfile" file="/dev/null" queue.type="linkedList")',
      'action(name="nowhere" type="omfile" file="/dev/null")',
    ]);
  }

  static async start(host: string): Promise<DiscoveryScene> {
    const bench = await Bench.at(host);
    const scene = new DiscoveryScene(bench, [await freePort(host), await freePort(host), await freePort(host)]);
    for (const name of SERVICES) makeService(join(scene.#scan, name), SLEEPER);
    for (const name of LOGS) mkdirSync(join(scene.#logs, name));
    await scene.#startSources();
    bench.configure(scene.#lines);
    await scene.startTidemark();
    return scene;
  }

  /** Two instances have the same port on different addresses. */
  get #lines(): readonly string[] {
    return [
      "History=10m",
      `Memcached.cache-one.Uri=tcp://${this.#host}:${this.#port}`,
      `Memcached.cache-two.Uri=tcp://${this.#elsewhere}:${this.#port}`,
      `Supervise.Directories=${this.#scan}`,
      ...LOGS.map((name) => `LogDir.${name}.Path=${join(this.#logs, name)}`),
      `Rsyslog.Configuration=${this.#rsyslogd.configuration}`,
      `Gearman.jobs.Address=${this.#host}:${this.#jobs.at.port}`,
    ];
  }

  async startTidemark(): Promise<void> {
    this.#daemon = await this.bench.start();
  }

  async killTidemark(): Promise<void> {
    await this.#daemon?.kill();
  }

  /** Nothing that is watched can be asked or read. */
  async breakSources(): Promise<void> {
    for (const cache of this.#caches) await cache.kill();
    await this.#rsyslogd.stop();
    rmSync(this.#rsyslogd.stats);
    await this.#jobs.killWorker();
    await this.#jobs.program.kill();
    for (const directory of [this.#scan, this.#logs]) renameSync(directory, away(directory));
  }

  async mendSources(): Promise<void> {
    for (const directory of [this.#scan, this.#logs]) renameSync(away(directory), directory);
    await this.#startSources();
  }

  /** Renames a service; with one name it goes away, with another it comes back. */
  rename(from: string, to: string): void {
    renameSync(join(this.#scan, from), join(this.#scan, to));
  }

  async #startSources(): Promise<void> {
    const places = [this.#host, this.#elsewhere].map((host) => ({ host, port: this.#port }));
    this.#caches = await Promise.all(places.map((at) => startMemcached(at)));
    const load = await MemcachedLoad.connect({ host: this.#host, port: this.#port });
    for (const bytes of SIZES) await load.sets(100, { prefix: `of${bytes}-`, bytes });
    load.close();
    await this.#rsyslogd.start();
    await this.#jobs.start();
    const { port } = this.#jobs.at;
    const asked = ["-h", this.#host, "-p", String(port), "-b", "-f", OTHER_FUNCTION, "job"];
    const { status, stderr } = await run("gearman", asked);
    if (status !== 0) throw new Error(stderr);
  }
}

function away(directory: string): string {
  return `${directory}.away`;
}
