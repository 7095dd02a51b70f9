import { once } from "node:events";
import { connect } from "node:net";
import { afterAll } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { pause } from "../real/wait.ts";
import { campaign, type Fault, PACE } from "./campaign.ts";
import { findServer, type Server, VERSIONS } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";
import { Relay } from "./relay.ts";

/* Every trigger of "Tidemark", each with a daemon that has the fault. */

const HOST = address(import.meta.url);
const STRANGER = "127.255.0.1";
const REFUSED = 12;
const STARVED_MS = 500;
/** Longer than a server leaves alone what did not answer once. */
const UNREACHABLE = "30s";

const daemons = new Map<string, { readonly bench: Bench; program: Program }>();
let relay: Relay;

function daemon(name: string): { readonly bench: Bench; program: Program } {
  const found = daemons.get(name);
  if (found === undefined) throw new Error(`no daemon "${name}"`);
  return found;
}

function fault(
  host: string,
  target: string,
  trigger: string,
  event: RegExp,
  how: Pick<Fault, "strike" | "mend">,
): Fault {
  return { host, target, trigger, event, ...how };
}

const FAULTS: readonly Fault[] = [
  fault("gone", "", "Tidemark is silent", /^Nothing came from tidemark for (30s|5m)$/, {
    strike: () => daemon("gone").program.kill(),
    mend: async () => {
      daemon("gone").program = await daemon("gone").bench.start();
    },
  }),
  fault("restarted", "", "Tidemark was restarted", /^Tidemark was restarted \(uptime 00:00:\d\d\)$/, {
    strike: async () => {
      await daemon("restarted").program.end();
      daemon("restarted").program = await daemon("restarted").bench.start();
    },
    mend: undefined,
  }),
  fault("sleepy", "", "Ticks are missed", /^Ticks are missed: \d+ since the start$/, {
    strike: async () => {
      daemon("sleepy").program.freeze();
      await pause(2500 * PACE.tickSeconds);
      daemon("sleepy").program.thaw();
    },
    mend: undefined,
  }),
  fault("starved", "", "Sources do not finish in time", /^\d+ sources did not finish their tick in time$/, {
    strike: () => starve("starved"),
    mend: async () => {
      clearInterval(starving);
      await pause(STARVED_MS);
      daemon("starved").program.thaw();
    },
  }),
  fault("asked", "", "Many connections are refused", /^1[2-9] connections were refused in 15 minutes$/, {
    strike: knock,
    mend: undefined,
  }),
  fault("sending", "lab", "Values wait for their destination", /^lab: \d+ values wait, the oldest for \d+s$/, {
    strike: () => relay.turn("refuse"),
    mend: () => relay.turn("pass"),
  }),
  fault("sending", "lab", "Values are lost", /^lab: \d+ values were dropped in 15 minutes$/, {
    strike: () => undefined,
    mend: () => undefined,
  }),
];

let starving: NodeJS.Timeout | undefined;
afterAll(() => clearInterval(starving));

/** Leaves it a hundredth of a CPU: on a machine with nothing else to do a twentieth is enough for a tick. */
function starve(name: string): void {
  const { program } = daemon(name);
  starving = setInterval(() => {
    program.thaw();
    setTimeout(() => program.freeze(), STARVED_MS / 100);
  }, STARVED_MS);
}

/** Somebody who is not in Server. */
async function knock(): Promise<void> {
  const { host, port } = daemon("asked").bench;
  for (let times = 0; times < REFUSED; times++) {
    const socket = connect({ host, port, localAddress: STRANGER });
    await once(socket.on("error", () => undefined).resume(), "close");
  }
}

/** A host with the item that is pushed. */
async function destination(): Promise<Server> {
  const [server] = VERSIONS.flatMap((version) => findServer(version) ?? []);
  if (server === undefined) throw new Error("there is no server");
  const host = await PolledHost.create(server, { name: "tidemark pushed to", at: { host: HOST, port: 1 } });
  await host.trapper("tidemark.uptime", "unsigned");
  await host.trapper("tidemark.rss", "unsigned");
  return server;
}

campaign("self", [FAULTS], async () => {
  const server = await destination();
  relay = new Relay({ host: HOST, port: await freePort(HOST) }, server);
  await relay.turn("pass");
  const push = [
    `Server=${HOST}:${relay.at.port}`,
    "Host=tidemark pushed to",
    "Keys=tidemark.uptime",
    "Keys=tidemark.rss",
  ];
  const lines: Readonly<Record<string, readonly string[]>> = {
    gone: [],
    restarted: [],
    sleepy: [],
    starved: ["LogDir", "Gearman", "Keepalived", "Lighttpd"].map((name) => `${name}.Discover=yes`), // to have work to do
    asked: ["Server=127.0.0.1"],
    sending: [
      `OutboxAge=${PACE.real ? "15m" : "1m"}`,
      "Push.lab.Interval=1s",
      ...push.map((line) => `Push.lab.${line}`),
    ],
  };
  for (const [name, more] of Object.entries(lines)) {
    const bench = await Bench.at(HOST);
    bench.configure([`Schedule=${PACE.schedule}`, `History=${PACE.history}`, "Memcached.Discover=no", ...more]);
    daemons.set(name, { bench, program: await bench.start() });
  }
  return {
    file: "tidemark.yaml",
    hosts: Object.fromEntries([...daemons].map(([name, { bench }]) => [name, { at: bench }])),
    macros: {
      "{$TIDEMARK.REFUSED.MAX}": "10",
      ...(PACE.real ? {} : { "{$TIDEMARK.NODATA}": UNREACHABLE, "{$TIDEMARK.OUTBOX.AGE.MAX}": "10" }),
    },
    ready: ["tidemark.uptime", 'tidemark.refused["","15m"]'],
    besides: /^Tidemark was restarted$|^Ticks are missed$|^Tidemark is silent$/, // the last one of who is starved
  };
});
