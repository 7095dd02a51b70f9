import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterAll } from "vitest";
import { shortName } from "../../src/items/short-name.ts";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { Rsyslogd, Sink } from "../real/rsyslogd.ts";
import { run, temporaryDirectory } from "../real/start.ts";
import { pause } from "../real/wait.ts";
import { campaign, type Fault, fault, PACE } from "./campaign.ts";
import { Journal } from "./journal.ts";

/* Every trigger of "Tidemark log queues": one rsyslogd with an action, queue or input for each fault, and others that fail whole. */

const HOST = address(import.meta.url);
/** Queues by the tag of their messages: what is said of each. */
const QUEUES: Readonly<Record<string, string>> = {
  stuck: 'queue.size="20000"',
  full: 'queue.size="1000" queue.discardMark="1000"',
  filling: 'queue.size="2000"',
  losing: 'queue.size="100"',
  spilling: 'queue.size="1000" queue.highWatermark="100" queue.lowWatermark="10" queue.filename="spilling"',
};
/** Without any action rsyslogd does not start. */
const TO_NOWHERE = 'action(name="nowhere" type="omfile" file="/dev/null")';
const ACTIONS = ["direct", "unsteady"];

const sinks = new Map<string, Sink>();
const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
});

let logs: Rsyslogd;
let renamed: Rsyslogd;
let mute: Rsyslogd;
let flooded: Rsyslogd;
let journal: Journal;
let datagrams = 0;
const extraSpool = temporaryDirectory();
let newcomer: { readonly bench: Bench; program: Program };

const queue = (name: string) => shortName(`${name} queue`);
const spool = (path: string) => shortName(path.replace(/^\//, ""));

function sink(name: string): Sink {
  const found = sinks.get(name);
  if (found === undefined) throw new Error(`no sink "${name}"`);
  return found;
}

const strangers = () => shortName(`imudp:strangers(${HOST}/${datagrams}/IPv4)`);

/** The destination is gone, and this many messages come at once. */
function close(name: string, messages: number): Pick<Fault, "strike" | "mend"> {
  return {
    strike: async () => {
      await sink(name).close();
      await pause(1000); // rsyslogd's first message to a closed destination gets lost
      logs.log(messages, name);
    },
    mend: () => sink(name).open(),
  };
}

/** Messages of one kind, each second; the first five seconds' worth of the faults above. */
function trickle(rsyslogd: Rsyslogd, tag: string, count: number): void {
  timers.push(setInterval(() => rsyslogd.log(count, tag), 1000));
}

let flapping: NodeJS.Timeout | undefined;

const FAULTS: readonly Fault[] = [
  fault("logs", queue("stuck"), "Queue is stuck", /: Queue is stuck: ./, close("stuck", 5)),
  fault(
    "logs",
    queue("losing"),
    "Queue discards messages",
    /: Queue discards messages: there was no room for more \(\d+ wait\)$/,
    close("losing", 500),
  ),
  fault(
    "logs",
    queue("full"),
    "Queue is nearly full",
    /: Queue is \d[\d.]* % full with \d+ messages \(limit 80 %\)$/,
    close("full", 850),
  ),
  fault(
    "logs",
    queue("filling"),
    "Queue will be full soon",
    /: Queue is full in .* as it grows now: \d+ messages wait \(limit 3600 s\)$/,
    close("filling", 5),
  ),
  fault(
    "logs",
    queue("spilling"),
    "Queue spills to disk",
    /: Queue spills to disk: \d+ messages wait$/,
    close("spilling", 600),
  ),
  fault("logs", "direct", "Action is suspended", /^direct: Action is suspended: ./, {
    strike: () => sink("direct").close(),
    mend: () => sink("direct").open(),
  }),
  fault("logs", "unsteady", "Action fails", /^unsteady: Action fails \d[\d.m ]* times a second$/, {
    strike: () => {
      flapping = setInterval(
        () =>
          void sink("unsteady")
            .close()
            .then(() => pause(1500))
            .then(() => sink("unsteady").open()),
        8000,
      );
      timers.push(flapping);
    },
    mend: () => clearInterval(flapping),
  }),
  fault("logs", strangers, "Input refuses senders", /: \d+ messages were refused in 15 minutes/, {
    strike: knock,
    mend: undefined,
  }),
  fault(
    "flooded",
    "imjournal",
    "Input drops messages that come too fast",
    /^imjournal: [3-4]\d\d messages were dropped in 15 minutes because they came too fast$/,
    {
      strike: () => flooded.log(500, "flood", journal.socket),
      mend: undefined,
    },
  ),
  fault("logs", spool(extraSpool), "Spool cannot be read", /: Spool cannot be read: ./, {
    strike: () => renameSync(extraSpool, `${extraSpool}.away`),
    mend: () => renameSync(`${extraSpool}.away`, extraSpool),
  }),
  fault(
    "renamed",
    () => spool(renamed.spool),
    "Spool holds files that no queue needs",
    /: \d+ files hold messages that nobody will deliver$/,
    {
      strike: () => reconfigure("left", "other"),
      mend: () => reconfigure("other", "left"),
    },
  ),
  fault("mute", "", "Rsyslogd reports no more", /^Rsyslogd reports no more: ./, {
    strike: () => mute.signal("SIGSTOP"),
    mend: () => mute.signal("SIGCONT"),
  }),
  fault("newcomer", "", "Rsyslogd has not reported yet", /^Rsyslogd has not reported yet: ./, {
    strike: comeBeforeRsyslogd,
    mend: () => newcomerLogs.start(),
  }),
];

const UNREADABLE: readonly Fault[] = [
  fault("mute", "", "Statistics of rsyslogd cannot be read", /^Statistics of rsyslogd cannot be read: ./, {
    strike: async () => {
      await mute.stop();
      rmSync(mute.stats);
    },
    mend: () => mute.start(),
  }),
];

let newcomerLogs: Rsyslogd;

/** Datagrams from an address that is not allowed. */
async function knock(): Promise<void> {
  const input = Array.from({ length: 300 }, (_, at) => `knock ${at}\n`).join("");
  await run("logger", ["-n", HOST, "-P", String(datagrams), "-d", "-t", "stranger"], { input });
}

/** Gives the queue with messages on disk another name for its files. */
async function reconfigure(from: string, to: string): Promise<void> {
  await renamed.stop();
  const text = readFileSync(renamed.configuration, "utf8");
  writeFileSync(renamed.configuration, text.replaceAll(`queue.filename="${from}"`, `queue.filename="${to}"`));
  await renamed.start();
  if (to === "left") await sink("renamed").open();
}

/** A tidemark that has never heard of a report. */
async function comeBeforeRsyslogd(): Promise<void> {
  await newcomer.program.end();
  await newcomerLogs.stop();
  rmSync(newcomer.bench.state, { recursive: true });
  writeFileSync(newcomerLogs.stats, "");
  newcomer.program = await newcomer.bench.start();
}

async function configuredLogs(): Promise<Rsyslogd> {
  datagrams = await freePort(HOST);
  for (const name of [...Object.keys(QUEUES), ...ACTIONS, "renamed"]) sinks.set(name, await opened());
  const to = (name: string) =>
    `type="omfwd" target="${HOST}" port="${sink(name).port}" protocol="tcp" action.resumeInterval="1"`;
  const queued = ([name, settings]: [string, string]) =>
    `:programname, isequal, "${name}" action(name="${name}" ${to(name)} action.resumeRetryCount="-1" queue.type="LinkedList" queue.timeoutEnqueue="1" ${settings})`;
  renamed = new Rsyslogd({ host: HOST, port: await freePort(HOST) }, [
    ':syslogtag, startswith, "rsyslogd" stop',
    `action(name="kept" ${to("renamed")} action.resumeRetryCount="-1" queue.type="Disk" queue.filename="left" queue.maxFileSize="4k" queue.saveOnShutdown="on")`,
  ]);
  return new Rsyslogd({ host: HOST, port: datagrams }, [
    "$AllowedSender UDP, 192.0.2.0/24",
    'module(load="imudp")',
    `input(type="imudp" address="${HOST}" port="${datagrams}" name="strangers")`,
    'main_queue(queue.type="LinkedList" queue.size="20000" queue.timeoutEnqueue="50")',
    ':syslogtag, startswith, "rsyslogd" stop',
    ...Object.entries(QUEUES).map(queued),
    ...ACTIONS.map(
      (name) => `:programname, isequal, "${name}" action(name="${name}" ${to(name)} action.resumeRetryCount="0")`,
    ),
  ]);
}

async function opened(): Promise<Sink> {
  const made = new Sink({ host: HOST, port: await freePort(HOST) });
  await made.open();
  return made;
}

/** tidemark over one rsyslogd. */
async function watching(
  rsyslogd: Rsyslogd,
  ...more: readonly string[]
): Promise<{ readonly bench: Bench; program: Program }> {
  const bench = await Bench.at(HOST);
  bench.configure([
    `Schedule=${PACE.schedule}`,
    `History=${PACE.history}`,
    "Memcached.Discover=no",
    `Rsyslog.Configuration=${rsyslogd.configuration}`,
    ...more,
  ]);
  return { bench, program: await bench.start() };
}

campaign("log queues", [FAULTS, UNREADABLE], async () => {
  logs = await configuredLogs();
  mute = new Rsyslogd({ host: HOST, port: await freePort(HOST) }, [TO_NOWHERE]);
  journal = await Journal.begin();
  flooded = new Rsyslogd(
    { host: HOST, port: await freePort(HOST) },
    ['module(load="imjournal" StateFile="imjournal.state" ratelimit.interval="5" ratelimit.burst="100")', TO_NOWHERE],
    { binary: [...journal.enter, "rsyslogd"] },
  );
  newcomerLogs = new Rsyslogd({ host: HOST, port: await freePort(HOST) }, [TO_NOWHERE]);
  for (const each of [logs, renamed, mute, flooded, newcomerLogs]) await each.start();
  await sink("renamed").close();
  renamed.log(500);
  for (const name of [...Object.keys(QUEUES), ...ACTIONS]) trickle(logs, name, name === "filling" ? 4 : 1);
  newcomer = await watching(newcomerLogs);
  return {
    file: "tidemark_log_queues.yaml",
    hosts: {
      logs: {
        at: (await watching(logs, `Rsyslog.Spool=${extraSpool}`)).bench,
        ready: [`rsyslog.spool.state["${spool(extraSpool)}"]`],
      },
      renamed: { at: (await watching(renamed)).bench, ready: [`rsyslog.spool.state["${spool(renamed.spool)}"]`] },
      mute: { at: (await watching(mute)).bench },
      flooded: { at: (await watching(flooded)).bench, ready: ['rsyslog.input.state["imjournal"]'] },
      newcomer: { at: newcomer.bench },
    },
    macros: {
      "{$RSYSLOG.FILL.MIN}": "0",
      [`{$RSYSLOG.FILL.MIN:"${queue("filling")}"}`]: "3600",
      ...(PACE.real ? {} : { "{$RSYSLOG.GROWTH.TIME}": "20s" }),
      "{$RSYSLOG.DISALLOWED.MAX}": "0",
    },
    ready: ["rsyslog.stats.state"],
    besides:
      /_queue-\w+: Queue is stuck$|^losing_queue-\w+: Queue is nearly full$|^unsteady: Action is suspended$|^direct: Action fails$|^Rsyslogd reports no more$/,
  };
});
