import { afterAll } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached, statsOf } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import type { Program } from "../real/program.ts";
import { pause } from "../real/wait.ts";
import { campaign, type Fault, PACE, YOUNG } from "./campaign.ts";
import { occupy } from "./clients.ts";
import { Impostor } from "./impostor.ts";
import { evictions, threeQuartersFound } from "./memcached-load.ts";
import { SlowPath } from "./slow-path.ts";

/* Every trigger of "Tidemark memcached", each with an instance of its own that has the fault. */

const HOST = address(import.meta.url);
const CONNECTIONS = 32;
/** Its limit leaves out what memcached keeps for itself: 20, and one to refuse the next client with. */
const LEFT = 256 - 20 - 1;
const SLOW_MS = 300;
const DELAY_MS = 400;
const ITEM_BYTES = 1000;
/** More than 8 MB of them. */
const SMALL_ITEMS = 20_000;

const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
});

/** A memcached that may be started anew, at the same address, with other options. */
class Instance {
  readonly at = { host: HOST, port: 0 };
  readonly options: readonly string[];
  readonly settings: readonly string[];
  #program: Program | undefined;

  constructor(options: readonly string[] = [], settings: readonly string[] = []) {
    this.options = options;
    this.settings = settings;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error("it was not started");
    return this.#program;
  }

  async start(options = this.options): Promise<void> {
    if (this.at.port === 0) this.at.port = await freePort(HOST);
    this.#program = await startMemcached(this.at, options);
  }

  async restart(options = this.options): Promise<void> {
    await this.program.kill();
    await this.start(options);
  }
}

const instances = {
  idle: new Instance(),
  busy: new Instance(),
  filled: new Instance(["-m", "4"]),
  hung: new Instance(),
  down: new Instance(),
  refusing: new Instance(["-c", String(CONNECTIONS)]),
  occupied: new Instance(["-c", "256"]),
  stranger: new Instance(),
  slow: new Instance(),
  restarted: new Instance(),
  crashing: new Instance(),
  short: new Instance(["-m", "4"]),
  falling: new Instance(["-m", "4"]),
  cold: new Instance(),
  stuck: new Instance(["-m", "8", "-o", "no_modern"]),
  changed: new Instance(["-m", "64"], ["ExpectMemory=64M"]),
};
type Name = keyof typeof instances;

/** The way to the one whose network gets slow. */
let path: SlowPath;

/** How a fault is undone; a strike leaves it. */
const undo = new Map<Name, () => unknown>();

function fault(target: Name, trigger: string, event: RegExp, how: Pick<Fault, "strike" | "mend">): Fault {
  return { target, trigger, event, ...how };
}

/** Undoes what the strike left, and gives the instance enough memory. */
async function enlarge(target: Name): Promise<void> {
  undo.get(target)?.();
  await instances[target].restart(["-m", "256"]);
}

const FAULTS: readonly Fault[] = [
  fault("hung", "Memcached hangs", /^hung: Memcached hangs: connected, but no reply within /, {
    strike: () => instances.hung.program.freeze(),
    mend: () => instances.hung.program.thaw(),
  }),
  fault("down", "Memcached is down", /^down: Memcached is down: connection refused/i, {
    strike: () => instances.down.program.kill(),
    mend: () => instances.down.start(),
  }),
  fault("refusing", "Memcached refuses connections", /^refusing: Memcached refuses connections: /, {
    strike: async () => undo.set("refusing", await occupy(instances.refusing.at, 2 * CONNECTIONS)),
    mend: () => undo.get("refusing")?.(),
  }),
  fault("occupied", "Connections are nearly used up", /^occupied: 2[12]\d of 256 connections are used$/, {
    strike: async () => undo.set("occupied", await occupy(instances.occupied.at, LEFT - 15)),
    mend: () => undo.get("occupied")?.(),
  }),
  fault("stranger", "Memcached cannot be asked", /^stranger: Memcached cannot be asked: not a reply of memcached/, {
    strike: beStranger,
    mend: async () => {
      await undo.get("stranger")?.();
      await instances.stranger.start();
    },
  }),
  fault("slow", "Memcached is slow", /^slow: Memcached is slow$/, {
    strike: () => path.slowDown(DELAY_MS),
    mend: () => path.slowDown(0),
  }),
  fault(
    "restarted",
    "Memcached was restarted",
    new RegExp(`^restarted: Memcached was restarted \\(uptime ${YOUNG}\\)$`),
    {
      strike: () => instances.restarted.restart(),
      mend: undefined,
    },
  ),
  fault("crashing", "Memcached restarts again and again", /^crashing: Memcached was restarted 3 times in an hour$/, {
    strike: crash,
    mend: undefined,
  }),
  fault(
    "short",
    "Items live too short",
    /^short: Items live only (\d+m )?\d+s in the slab class of .*\(limit 86400 s\)$/,
    {
      strike: async () => undo.set("short", await evictions(instances.short.at)),
      mend: () => enlarge("short"),
    },
  ),
  fault(
    "falling",
    "Items will soon live too short",
    /^falling: Items live .* and less each hour: the limit of 2 s is near$/,
    {
      strike: evictFaster,
      mend: () => enlarge("falling"),
    },
  ),
  fault("cold", "Hit ratio is low", /^cold: Hit ratio is \d[\d.]* % over 15 minutes \(limit 50 %\)$/, {
    strike: async () => undo.set("cold", await ask("cold", (load) => load.misses(20))),
    mend: async () => {
      undo.get("cold")?.();
      await ask("cold", (load) => load.gets(200, { prefix: "found-" }));
    },
  }),
  fault(
    "stuck",
    "Items are evicted while memory is free",
    /^stuck: \d+ items were evicted in 15 minutes while memory was free elsewhere$/,
    {
      strike: strand,
      mend: () => undo.get("stuck")?.(),
    },
  ),
  fault("changed", "Settings are not as they were meant", /^changed: 1 settings are not as they were meant$/, {
    strike: () => instances.changed.restart(["-m", "32"]),
    mend: () => instances.changed.restart(),
  }),
];

/** Another program takes the port. */
async function beStranger(): Promise<void> {
  await instances.stranger.program.kill();
  const impostor = await Impostor.at(instances.stranger.at);
  undo.set("stranger", () => impostor.close());
}

async function crash(): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await instances.crashing.restart();
    await pause(2500 * PACE.tickSeconds);
  }
}

/** First slowly, so that the lives of items get shorter. */
async function evictFaster(): Promise<void> {
  const load = await MemcachedLoad.connect(instances.falling.at);
  let batch = 0;
  let size = 50;
  const timer = setInterval(() => {
    size += PACE.real ? 0.02 : 1;
    void load.sets(Math.floor(size), { prefix: `b${++batch}-`, bytes: ITEM_BYTES }).catch(() => clearInterval(timer));
  }, 500);
  timers.push(timer);
  undo.set("falling", () => {
    clearInterval(timer);
    load.close();
  });
}

/** Five times a second, until it is told to stop. */
async function ask(name: Name, what: (load: MemcachedLoad) => Promise<void>): Promise<() => void> {
  const load = await MemcachedLoad.connect(instances[name].at);
  await load.sets(200, { prefix: "found-" });
  const timer = setInterval(() => void what(load).catch(() => clearInterval(timer)), 200);
  timers.push(timer);
  return () => {
    clearInterval(timer);
    load.close();
  };
}

/** All pages go to small items, which are then deleted: large ones have no page of their own, and there is no more. */
async function strand(): Promise<void> {
  const load = await MemcachedLoad.connect(instances.stuck.at);
  await load.sets(SMALL_ITEMS, { prefix: "small-", bytes: 300 });
  for (let i = 0; i < SMALL_ITEMS; i += 500) {
    const names = Array.from({ length: 500 }, (_, more) => `small-${i + more}`);
    await Promise.all(names.map((name) => load.request(`delete ${name}`)));
  }
  load.close();
  undo.set("stuck", await evictions(instances.stuck.at));
}

/** As many items as it holds without throwing one away. */
async function fillUp(): Promise<void> {
  const load = await MemcachedLoad.connect(instances.filled.at);
  for (let batch = 0; batch < 25; batch++) await load.sets(100, { prefix: `full-${batch}-`, bytes: ITEM_BYTES });
  load.close();
  const stats = await statsOf(instances.filled.at);
  if (stats.get("evictions") !== "0") throw new Error(`too many for it: ${stats.get("evictions")} were evicted`);
}

/** Some faults begin and end with a restart, which takes its time; items that are evicted too early live too short, too. */
const BESIDES =
  /: Memcached was restarted$|^(stranger|restarted|crashing|changed|short|falling): Memcached is down$|^stuck: Items live/;

campaign("memcached", [FAULTS], async () => {
  const all = Object.entries(instances);
  await Promise.all(all.map(([, instance]) => instance.start()));
  await threeQuartersFound(instances.busy.at);
  await fillUp();
  path = await SlowPath.open(instances.slow.at, await freePort(HOST));
  const bench = await Bench.at(HOST);
  bench.configure([
    `Schedule=${PACE.schedule}`,
    `History=${PACE.history}`,
    "Memcached.Discover=no",
    `Memcached.SlowMs=${SLOW_MS}`,
    ...all.flatMap(([name, { at, settings }]) => [
      `Memcached.${name}.Uri=tcp://${HOST}:${name === "slow" ? path.port : at.port}`,
      ...settings.map((setting) => `Memcached.${name}.${setting}`),
    ]),
  ]);
  await bench.start();
  return {
    file: "tidemark_memcached.yaml",
    hosts: { memcached: { at: bench } },
    macros: { '{$MEMCACHED.TTL.MIN:"falling"}': "2", '{$MEMCACHED.REQUESTS.MIN:"cold"}': "100" },
    ready: all.map(([name]) => `memcached.uptime["${name}"]`),
    besides: BESIDES,
  };
});
