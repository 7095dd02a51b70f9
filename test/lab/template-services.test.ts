import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { address } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { processes, send } from "../real/proc.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER, STUBBORN, told } from "../real/supervise-sampling.ts";
import { waitFor } from "../real/wait.ts";
import { campaign, type Fault, PACE, YOUNG } from "./campaign.ts";
import { mountMemory } from "./mounts.ts";

/* Every trigger of "Tidemark services": services and multilog's directories, each with one fault or two. */

const HOST = address(import.meta.url);
const CHATTY = "while :; do echo a line of the log; sleep 0.5; done";
const FLOOD = "while :; do head -c 10000 /dev/zero | tr '\\0' x; echo; sleep 0.5; done";

/** Scripts of the services by name. */
const SERVICES: Readonly<Record<string, string>> = {
  web: SLEEPER,
  orphan: SLEEPER,
  crashing: SLEEPER,
  restarted: SLEEPER,
  stubborn: STUBBORN,
  torn: SLEEPER,
};
/** Those that have a log service. */
const LOGGED: Readonly<Record<string, string>> = {
  chatty: CHATTY,
  lost: SLEEPER,
  waiting: CHATTY,
  unclean: CHATTY,
  silent: CHATTY,
  filling: CHATTY,
  gone: CHATTY,
};

const scan = temporaryDirectory();
/** daemontools says of a program that cannot be started that it is up; runit says that it is down. */
const runit = temporaryDirectory();
const of = (...path: readonly string[]): string => join(scan, ...path);
const main = (service: string): string => of(service, "log/main");
const svc = (flag: string, ...service: readonly string[]) => told("svc", flag, of(...service));

/** The supervise process of a service, or what it runs. */
function pidOf(directory: string, command: string): number {
  const there = processes().filter(({ command: name }) => name === command);
  const found = there.find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory));
  if (found === undefined) throw new Error(`no "${command}" of ${directory}`);
  return found.pid;
}

/** Pid of a service's program, as daemontools has it: little-endian behind the stamp. */
function programOf(...service: readonly string[]): number {
  return readFileSync(of(...service, "supervise/status")).readUInt32LE(12);
}

function rewrite(service: string, script: string): void {
  writeFileSync(of(service, "run"), `#!/bin/sh\n${script}\n`);
}

function fault(target: string, trigger: string, event: RegExp, how: Pick<Fault, "strike" | "mend">): Fault {
  return { target, trigger, event, ...how };
}

const nothing = { strike: () => undefined, mend: () => undefined };
let svscan: number;

const FAULTS: readonly Fault[] = [
  fault("orphan", "Supervisor is dead", /^orphan: Supervisor is dead: ./, {
    strike: () => {
      send(svscan, "SIGSTOP"); // or it would start another one
      send(pidOf("orphan", "supervise"), "SIGKILL");
    },
    mend: () => send(svscan, "SIGCONT"),
  }),
  fault(
    "broken",
    "Service is down though it is wanted up",
    /^broken: Service is down though it is wanted up \(state wants up but down \(2\)\)$/,
    {
      strike: async () => {
        chmodSync(join(runit, "broken/run"), 0o644);
        await told("sv", "kill", join(runit, "broken"));
      },
      mend: () => chmodSync(join(runit, "broken/run"), 0o755),
    },
  ),
  fault(
    "crashing",
    "Service crashes again and again",
    /^crashing: Service crashes again and again: started anew [1-9]\d* times in 15 minutes, more than 3 in an hour$/,
    {
      strike: async () => {
        rewrite("crashing", "exit 1");
        await svc("-k", "crashing");
      },
      mend: () => rewrite("crashing", SLEEPER),
    },
  ),
  fault("restarted", "Service was restarted", new RegExp(`^restarted: Service was restarted \\(uptime ${YOUNG}\\)$`), {
    strike: () => svc("-t", "restarted"),
    mend: undefined,
  }),
  fault("stubborn", "Service runs though it is wanted down", /^stubborn: Service runs though it is wanted down$/, {
    strike: () => svc("-d", "stubborn"),
    mend: () => svc("-k", "stubborn"),
  }),
  fault("torn", "Service cannot be read", /^torn: Service cannot be read: "/, {
    strike: () => truncateSync(of("torn/supervise/status")), // as a full disk leaves it
    mend: () => svc("-t", "torn"),
  }),
  fault("lost", "Log service is not up", /^lost: Log service is not up \(state down \(0\)\)$/, {
    strike: () => svc("-d", "lost", "log"),
    mend: () => svc("-u", "lost", "log"),
  }),
  fault("lost", "Log has no logger", /^lost: Log has no logger: ./, nothing),
  fault(
    "waiting",
    "Writer waits for its logger",
    /^waiting: The service waits: its logger does not read \(state \D+ \([23]\)\)$/,
    {
      strike: () => send(programOf("waiting", "log"), "SIGSTOP"),
      mend: () => send(programOf("waiting", "log"), "SIGCONT"),
    },
  ),
  fault("unclean", "Logger died while it wrote", /^unclean: 1 files were left unclean$/, {
    strike: () => send(programOf("unclean", "log"), "SIGKILL"),
    mend: () => removeUnclean("unclean"),
  }),
  fault("silent", "Log is silent", /^silent: No new line for .*s$/, {
    strike: () => svc("-p", "silent"),
    mend: () => svc("-c", "silent"),
  }),
  fault("silent", "Service is paused", /^silent: Service is paused$/, nothing),
  fault(
    "filling",
    "Disk for logs will be full soon",
    /^filling: The disk for this log is full in .* \(limit 86400 s\)$/,
    {
      strike: async () => {
        rewrite("filling", FLOOD);
        await svc("-t", "filling");
      },
      mend: async () => {
        rewrite("filling", SLEEPER);
        await svc("-t", "filling");
      },
    },
  ),
  fault("gone", "Log directory cannot be read", /^gone: Log directory cannot be read: ./, {
    strike: () => renameSync(main("gone"), of("gone/log/elsewhere")),
    mend: () => renameSync(of("gone/log/elsewhere"), main("gone")),
  }),
];

function removeUnclean(service: string): void {
  for (const name of readdirSync(main(service))) if (name.endsWith(".u")) rmSync(join(main(service), name));
}

campaign("services", [FAULTS], async () => {
  for (const [name, script] of Object.entries(SERVICES)) makeService(of(name), script);
  for (const [name, script] of Object.entries(LOGGED)) {
    if (name === "filling") mountMemory(main(name), "30m");
    makeService(of(name), script, { "log/run": "#!/bin/sh\nexec multilog t s1000000 n200 ./main\n" });
  }
  const there = (name: string) => readFileSync(of(name, "supervise/status")).length > 0;
  svscan = (await start("svscan", [scan], { ready: () => Object.keys({ ...SERVICES, ...LOGGED }).every(there) })).pid;
  makeService(join(runit, "broken"), SLEEPER);
  await start("runsvdir", [runit], { ready: { path: join(runit, "broken/supervise/status") } });
  await waitFor(() => readFileSync(join(main("chatty"), "current")).length > 0, { what: "the first line" });
  const bench = await Bench.at(HOST);
  bench.configure([
    `Schedule=${PACE.schedule}`,
    `History=${PACE.history}`,
    "Memcached.Discover=no",
    `Supervise.Directories=${scan},${runit}`,
    ...Object.keys(LOGGED).map((name) => `LogDir.${name}.Path=${main(name)}`),
  ]);
  await bench.start();
  return {
    file: "tidemark_services.yaml",
    hosts: { services: { at: bench } },
    macros: {
      '{$LOGDIR.SILENCE.MAX:"silent"}': String(5 * PACE.tickSeconds),
      ...(PACE.real ? {} : { "{$SERVICE.UNWANTED.TIME}": "10s" }),
    },
    ready: [
      ...[...Object.keys(SERVICES), "broken"].map((name) => `supervise.restarts["${name}","15m"]`),
      ...Object.keys(LOGGED).map(
        (name) => `logdir.${PACE.real ? "rate" : "fill_time"}["${name}","${PACE.real ? "5m" : "60m"}"]`,
      ),
    ],
    besides: /: Service was restarted$|^broken: Service crashes|^crashing: Service is down/,
  };
});
