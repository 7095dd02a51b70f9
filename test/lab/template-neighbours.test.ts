import { renameSync, unlinkSync } from "node:fs";
import { afterAll } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { QmailHome } from "../real/qmail.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause } from "../real/wait.ts";
import { campaign, type Fault, fault, PACE, YOUNG } from "./campaign.ts";
import { occupy } from "./clients.ts";
import { Corner, hardships, limits } from "./hardship.ts";
import { Impostor } from "./impostor.ts";
import { JobServer, Vrrp, WebServer } from "./neighbours.ts";

/* Every trigger of "Tidemark neighbours": programs and a machine with one fault each. */

const HOST = address(import.meta.url);
const CONNECTIONS = 20;
const WAITING = 6;

const GEARMANDS = ["jobs", "dead", "hung", "replaced", "idle", "slow"] as const;
const LIGHTTPDS = ["web", "gone", "frozen", "mute", "crowded", "behind", "again"] as const;
const VRRPS = ["VI_still", "VI_cut", "VI_flaps", "VI_turned"] as const;

const jobs = new Map<string, JobServer>();
const web = new Map<string, WebServer>();
const vrrp = new Vrrp(VRRPS);
const qmail = new QmailHome(temporaryDirectory());
let corner: Corner;
const undo = new Map<string, () => unknown>();
let sender: Program;
const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
});

function made<T>(of: ReadonlyMap<string, T>, name: string): T {
  const found = of.get(name);
  if (found === undefined) throw new Error(`no "${name}"`);
  return found;
}
const job = (name: (typeof GEARMANDS)[number]) => made(jobs, name);
const site = (name: (typeof LIGHTTPDS)[number]) => made(web, name);

function undone(name: string): () => unknown {
  return () => undo.get(name)?.();
}

const PROGRAMS: readonly Fault[] = [
  fault("programs", "dead", "Gearmand is down", /^dead: Gearmand is down: ./, {
    strike: () => job("dead").program.kill(),
    mend: () => job("dead").start(),
  }),
  fault("programs", "hung", "Gearmand hangs", /^hung: Gearmand hangs: ./, {
    strike: () => job("hung").program.freeze(),
    mend: () => job("hung").program.thaw(),
  }),
  fault(
    "programs",
    "replaced",
    "Another program answers instead of gearmand",
    /^replaced: Another program answers instead of gearmand: ./,
    {
      strike: async () => {
        await job("replaced").program.kill();
        const impostor = await Impostor.at(job("replaced").at);
        undo.set("replaced", () => impostor.close());
      },
      mend: async () => {
        await undone("replaced")();
        await job("replaced").start();
      },
    },
  ),
  fault(
    "programs",
    "idle mail",
    "Function has jobs and no worker",
    /^idle mail: Function has [1-6] waiting jobs and no worker$/,
    {
      strike: async () => {
        await job("idle").killWorker();
        await job("idle").jobs(WAITING);
      },
      mend: () => job("idle").startWorker(),
    },
  ),
  fault(
    "programs",
    "slow mail",
    "Too many jobs of the function wait",
    /^slow mail: \d+ jobs wait and 1 workers are there \(limit 3\)$/,
    {
      strike: async () => {
        await job("slow").killWorker();
        await job("slow").startWorker(600);
        await job("slow").jobs(WAITING);
      },
      mend: async () => {
        await job("slow").killWorker();
        await job("slow").startWorker();
      },
    },
  ),
  fault("programs", "gone", "Lighttpd is down", /^gone: Lighttpd is down: ./, {
    strike: () => site("gone").program.kill(),
    mend: () => site("gone").start(),
  }),
  fault("programs", "frozen", "Lighttpd hangs", /^frozen: Lighttpd hangs: ./, {
    strike: () => site("frozen").program.freeze(),
    mend: () => site("frozen").program.thaw(),
  }),
  fault("programs", "mute", "Lighttpd gives no status", /^mute: Lighttpd gives no status: ./, {
    strike: () => site("mute").restart({ status: false }),
    mend: () => site("mute").restart(),
  }),
  fault(
    "programs",
    "crowded",
    "Connections of lighttpd are nearly used up",
    /^crowded: \d+ connections are in use, \d[\d.]* % of all \(limit 80 %\)$/,
    {
      strike: async () => undo.set("crowded", await occupy(site("crowded").at, CONNECTIONS - 2)),
      mend: undone("crowded"),
    },
  ),
  fault("programs", "behind", "Back ends of lighttpd are down", /^behind: Back ends of lighttpd are down: 1$/, {
    strike: () => {
      const asking = setInterval(() => void site("behind").askBackEnd(), 300);
      timers.push(asking);
      undo.set("behind", () => clearInterval(asking));
    },
    mend: undone("behind"),
  }),
  fault(
    "programs",
    "again",
    "Lighttpd was restarted",
    new RegExp(`^again: Lighttpd was restarted \\(uptime ${YOUNG}\\)$`),
    {
      strike: () => site("again").restart(),
      mend: undefined,
    },
  ),
  fault("vrrp", "VI_cut", "VRRP instance is in FAULT", /^VI_cut: VRRP instance is in FAULT$/, {
    strike: () => vrrp.cable("VI_cut", "down"),
    mend: () => vrrp.cable("VI_cut", "up"),
  }),
  fault(
    "vrrp",
    "VI_flaps",
    "VRRP instance flaps",
    /^VI_flaps: VRRP instance changed its state \d+ times in 15 minutes \(limit 4\)$/,
    {
      strike: () => pull("VI_flaps", 3),
      mend: undefined,
    },
  ),
  fault(
    "vrrp",
    "VI_turned",
    "VRRP instance changed its state",
    /^VI_turned: VRRP instance changed its state: now (backup \(1\)|master \(2\)|fault \(3\))$/,
    {
      strike: () => pull("VI_turned", 1),
      mend: undefined,
    },
  ),
  fault("mail", "queue", "Mail queue grows", /^queue: The queue has grown by [5-7]\d to [5-7]\d messages in an hour$/, {
    strike: () => add("grows", 50),
    mend: undefined,
  }),
  fault(
    "mail",
    "queue",
    "Messages wait to be preprocessed",
    /^\S+: \d+ messages wait to be preprocessed \(limit 10\)$/,
    {
      strike: () => add("todo", 20, true),
      mend: () => qmail.preprocess(),
    },
  ),
  fault(
    "mail",
    "queue",
    "All local delivery slots are in use",
    /^\S+: 10 local delivery slots are in use, 100 % of all/,
    {
      strike: () => qmail.say("status: local 10/10 remote 20/20"),
      mend: () => qmail.say("status: local 0/10 remote 3/20"),
    },
  ),
  fault(
    "mail",
    "queue",
    "All remote delivery slots are in use",
    /^\S+: 20 remote delivery slots are in use, 100 % of all/,
    {
      strike: () => undefined,
      mend: () => undefined,
    },
  ),
  fault("still", "", "The machine stands still for its disks", /^The machine stands still for its disks: ./, {
    strike: () => corner.read(),
    mend: () => corner.leave(),
  }),
  ...[
    fault(
      "waiting",
      "",
      "Tasks wait for disks nearly all the time",
      /^Tasks wait for disks nearly all the time: ./,
      unstruck(),
    ),
    fault(
      "disk",
      () => corner.disk.name,
      "Disk is busy all the time",
      /^\S+: Disk is busy all the time: \d[\d.]* % /,
      unstruck(),
    ),
  ],
];

const LATER: readonly Fault[] = [
  fault("vrrp", "VI_still", "VRRP instance cannot be read", /^VI_still: VRRP instance cannot be read: ./, {
    strike: async () => {
      await vrrp.stop();
      vrrp.spoilFifo();
      await vrrp.launch();
    },
    mend: async () => {
      await vrrp.stop();
      vrrp.mendFifo();
      await vrrp.start();
    },
  }),
  fault("mail", "queue", "Mail queue is large", /^\S+: \d+ messages are in the queue \(limit 100\)$/, {
    strike: () => add("large", 150),
    mend: undone("large"),
  }),
  fault(
    "thrashing",
    "",
    "The machine stands still for want of memory",
    /^The machine stands still for want of memory: ./,
    {
      strike: () => corner.thrash(),
      mend: () => corner.leave(),
    },
  ),
];

const LAST: readonly Fault[] = [
  fault("vrrp", "VI_still", "Keepalived does not run", /^VI_still: Keepalived does not run: ./, {
    strike: () => vrrp.stop(),
    mend: () => vrrp.start(),
  }),
  fault("mail", "queue", "Qmail-send does not run", /^queue: Qmail-send does not run: ./, {
    strike: () => sender.kill(),
    mend: async () => {
      sender = await qmail.sender();
    },
  }),
];

const VERY_LAST: readonly Fault[] = [
  fault("vrrp", "", "Keepalived's children die", /^Keepalived started its children \d+ times anew in 15 minutes$/, {
    strike: () => vrrp.killChild(),
    mend: undefined,
  }),
  fault("mail", "queue", "Mail queue cannot be read", /^\S+: Mail queue cannot be read: ./, {
    strike: () => renameSync(qmail.queue, `${qmail.queue}.away`),
    mend: () => renameSync(`${qmail.queue}.away`, qmail.queue),
  }),
];

/** Needs CPUs that have nothing to do. */
const IDLE: readonly Fault[] = [
  {
    ...fault("idling", "", "I/O wait is high", /^I\/O wait is high: \d[\d.]* % \(limit 1 %\)$/, {
      strike: () => corner.readRationed(),
      mend: () => corner.leave(),
    }),
    isForAlone: true,
  },
];

/** Another fault's strike raises it, too. */
function unstruck(): Pick<Fault, "strike" | "mend"> {
  return { strike: () => undefined, mend: () => undefined };
}

/** Pulls a cable out for a moment, so and so often. */
async function pull(name: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await vrrp.cable(name, "down");
    await pause(1500);
    await vrrp.cable(name, "up");
    await pause(2500);
  }
}

function add(name: string, count: number, isTodo = false): void {
  const messages = qmail.add(count, isTodo);
  undo.set(name, () => {
    for (const path of messages) unlinkSync(path);
  });
}

async function started(lines: readonly string[], before: readonly string[] = []): Promise<Bench> {
  const bench = await Bench.at(HOST);
  bench.configure([`Schedule=${PACE.schedule}`, `History=${PACE.history}`, "Memcached.Discover=no", ...lines]);
  await bench.start(before);
  return bench;
}

/** They start at the same time. */
async function startPrograms(): Promise<void> {
  for (const name of GEARMANDS) jobs.set(name, new JobServer({ host: HOST, port: await freePort(HOST) }));
  for (const name of LIGHTTPDS)
    web.set(name, new WebServer({ host: HOST, port: await freePort(HOST) }, await freePort(HOST)));
  await Promise.all([...jobs.values()].map((each) => each.start()));
  await Promise.all([...web].map(([name, each]) => each.start(name === "crowded" ? { connections: CONNECTIONS } : {})));
  await vrrp.start();
  sender = await qmail.sender();
  await qmail.logger();
  qmail.add(3);
  qmail.say("status: local 0/10 remote 3/20");
}

campaign("neighbours", [PROGRAMS, LATER, LAST, VERY_LAST, IDLE], async () => {
  corner = new Corner();
  await startPrograms();
  const programs = await started([
    ...[...jobs].map(([name, { at }]) => `Gearman.${name}.Address=${at.host}:${at.port}`),
    ...[...web].flatMap(([name, { url, log }]) => [`Lighttpd.${name}.Url=${url}`, `Lighttpd.${name}.ErrorLog=${log}`]),
  ]);
  const keepalived = [
    `Keepalived.NotifyFifo=${vrrp.fifo}`,
    ...VRRPS.map((name) => `Keepalived.${name}.Instance=${name}`),
  ];
  const mail = await started([`Qmail.queue.Queue=${qmail.queue}`, `Qmail.queue.Log=${qmail.log}`]);
  const machine = await started([`Pressure.logs.Path=${corner.disk.path}`], corner.enter);
  return {
    file: "tidemark_neighbours.yaml",
    hosts: {
      programs: {
        at: programs,
        macros: limits({}),
        ready: [
          ...GEARMANDS.map((name) => `gearman.state["${name}"]`),
          ...LIGHTTPDS.map((name) => `lighttpd.restarts["${name}","5m"]`),
        ],
      },
      vrrp: {
        at: await started(keepalived, vrrp.enter),
        macros: limits({}),
        ready: VRRPS.map((name) => `keepalived.transitions["${name}","15m"]`),
      },
      mail: { at: mail, macros: limits({}) },
      ...Object.fromEntries(
        Object.entries(hardships(corner.disk.name)).map(([name, own]) => [name, { at: machine, macros: limits(own) }]),
      ),
    },
    macros: {
      "{$GEARMAN.WAITING.MAX}": "3",
      "{$QMAIL.QUEUE.MAX}": "100",
      "{$QMAIL.GROWTH.MAX}": "20",
      "{$QMAIL.TODO.MAX}": "10",
      ...(PACE.real
        ? {}
        : {
            "{$GEARMAN.WAITING.TIME}": "10s",
            "{$QMAIL.TIME}": "10s",
            "{$PRESSURE.TIME}": "20s",
            "{$LIGHTTPD.PUSED.TIME}": "10s",
          }),
    },
    ready: ['pressure.iowait["5m"]'],
    // keepalived's children are those of the machine: each of the hosts tells when they die
    besides:
      /: Lighttpd was restarted$|^VI_\w+: (VRRP instance (changed its state|cannot be read|is in FAULT)|Keepalived does not run)$|^(mute|again): Lighttpd is down$|^replaced: Gearmand (is down|hangs)$|^slow mail: Function has jobs and no worker$|Mail queue grows$|^Keepalived's children die$/,
  };
});
