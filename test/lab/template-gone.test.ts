import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { type Fault, PACE, strikes } from "./campaign.ts";
import { evictions } from "./memcached-load.ts";
import { JobServer, WebServer } from "./neighbours.ts";

/*
 * A target that has a problem goes away and does not return. The server keeps its last values for ever; the problem that
 * they were must not stay for ever with them.
 */

const HOST = address(import.meta.url);

let memcached: Program;
let jobs: JobServer;
let web: WebServer;
let asking: NodeJS.Timeout | undefined;

const SHORT: Fault = {
  target: "short",
  trigger: "Items live too short",
  event: /^short: Items live only /,
  strike: () => evictions({ host: HOST, port: ports.memcached }),
  mend: () => memcached.kill(),
};
const STUCK: Fault = {
  target: "jobs mail",
  trigger: "Function has jobs and no worker",
  event: /^jobs mail: Function has \d+ waiting jobs and no worker$/,
  strike: async () => {
    await jobs.killWorker();
    await jobs.jobs(3);
  },
  mend: () => jobs.program.kill(),
};
const BEHIND: Fault = {
  target: "web",
  trigger: "Back ends of lighttpd are down",
  event: /^web: Back ends of lighttpd are down: 1$/,
  strike: () => {
    asking = setInterval(() => void web.askBackEnd(), 300);
  },
  mend: async () => {
    clearInterval(asking);
    await web.program.kill();
  },
};

const ports = { memcached: 0 };

async function watching(lines: readonly string[]): Promise<Bench> {
  const bench = await Bench.at(HOST);
  const own = ["Memcached.Discover=no", "Memcached.SlowMs=2000"]; // a machine that runs other tests is busy
  bench.configure([`Schedule=${PACE.schedule}`, `History=${PACE.history}`, ...own, ...lines]);
  await bench.start();
  return bench;
}

/** What it means that they are gone is a problem of its own, which stays. */
const GONE = /: (Memcached|Gearmand|Lighttpd) is down$/;

strikes("gone-memcached", [[SHORT]], async () => {
  ports.memcached = await freePort(HOST);
  memcached = await startMemcached({ host: HOST, port: ports.memcached }, ["-m", "4"]);
  const bench = await watching([`Memcached.short.Uri=tcp://${HOST}:${ports.memcached}`]);
  return {
    file: "tidemark_memcached.yaml",
    hosts: { one: { at: bench } },
    macros: {},
    ready: ['memcached.restarts["short","5m"]'],
    besides: GONE,
    stays: GONE,
  };
});

strikes("gone-neighbours", [[STUCK, BEHIND]], async () => {
  jobs = new JobServer({ host: HOST, port: await freePort(HOST) });
  web = new WebServer({ host: HOST, port: await freePort(HOST) }, await freePort(HOST));
  await jobs.start();
  await web.start();
  const bench = await watching([
    `Gearman.jobs.Address=${HOST}:${jobs.at.port}`,
    `Lighttpd.web.Url=${web.url}`,
    `Lighttpd.web.ErrorLog=${web.log}`,
  ]);
  return {
    file: "tidemark_neighbours.yaml",
    hosts: { one: { at: bench } },
    macros: { "{$PRESSURE.IO.SOME.MAX}": "100", "{$PRESSURE.IO.FULL.MAX}": "100", "{$PRESSURE.IOWAIT.MAX}": "100" },
    ready: ['gearman.state["jobs"]', 'lighttpd.restarts["web","5m"]'],
    besides: GONE,
    stays: GONE,
  };
});
