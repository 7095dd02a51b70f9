import { join } from "node:path";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import { realIo } from "../io/real-io.ts";
import type { Reply } from "../items/registry.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { SOURCES } from "../sources/all.ts";
import { askControl } from "../transports/control-client.ts";
import { sentence } from "../words/sentence.ts";
import { CONTROL_SOCKET } from "./daemon.ts";
import type { Output } from "./output.ts";
import { type PrintedCall, printedCalls, type Status, statusOf } from "./report.ts";
import { Sampling } from "./sampling.ts";
import type { Settings } from "./settings.ts";

/** The questions that the command line asks: the daemon's answers, or those of one tick of our own. */
export interface Look {
  get(keys: readonly string[]): Promise<Parsed<readonly Reply[]>>;
  print(): Promise<Parsed<readonly PrintedCall[]>>;
  status(): Promise<Parsed<Status>>;
  close(): Promise<void>;
}

const CONTROL_MS = 10_000;

/** Looks through the running daemon; without one, replays its journal, takes one tick and says so. */
export async function look(settings: Settings, output: Output): Promise<Look> {
  const alive = await askDaemon<Status>(settings, { request: "status" });
  if (alive.kind === "ok") return throughDaemon(settings);
  output.error(`tidemark: ${sentence(alive.reason)} Taking one sample here instead, with the history of the journal.`);
  return ownTick(settings, output);
}

/** Asks the running daemon to drop a discovered target; malformed when it is not running. False: it has none. */
export async function forgetTarget(settings: Settings, target: string): Promise<Parsed<boolean>> {
  const answer = await askDaemon<{ readonly forgotten: boolean }>(settings, { request: "forget", target });
  return answer.kind === "ok" ? ok(answer.value.forgotten) : answer;
}

/** Both ends are the same program, so a reply that is no error has the form that is asked for. */
async function askDaemon<T extends object>(settings: Settings, request: object): Promise<Parsed<T>> {
  const answer = await askControl(join(settings.core.RunDir, CONTROL_SOCKET), request, CONTROL_MS);
  if (answer.kind === "malformed") return answer;
  const reply = answer.value as T | { readonly error: string } | null;
  if (reply === null) return malformed("the daemon's reply is empty");
  return "error" in reply ? malformed(reply.error) : ok(reply);
}

function throughDaemon(settings: Settings): Look {
  return {
    get: async (keys) => {
      const data = keys.map((key) => ({ key }));
      const answer = await askDaemon<{ readonly data: readonly Result[] }>(settings, {
        request: "passive checks",
        data,
      });
      return answer.kind === "ok" ? ok(answer.value.data.map(replyOf)) : answer;
    },
    print: async () => {
      const answer = await askDaemon<{ readonly calls: readonly PrintedCall[] }>(settings, { request: "print" });
      return answer.kind === "ok" ? ok(answer.value.calls) : answer;
    },
    status: () => askDaemon<Status>(settings, { request: "status" }),
    close: async () => undefined,
  };
}

/** One element of "data" as the control socket gives it. */
interface Result {
  readonly value?: string | null;
  readonly clock?: number;
  readonly reason?: string;
  readonly error?: string;
}

function replyOf({ value, clock, reason, error }: Result): Reply {
  if (error !== undefined) return { kind: "unknown", reason: error };
  if (typeof value !== "string") return { kind: "none", reason: reason ?? "" };
  return { kind: "value", text: value, clock: clock ?? Number.NaN };
}

async function ownTick(settings: Settings, output: Output): Promise<Look> {
  const io = deaf(realIo());
  const counts = { requests: () => 0, refused: () => new Map<string, number>(), destinations: () => [] };
  const sampling = new Sampling({ settings, io, log: troubleTo(output), counts, journal: "read" });
  await sampling.schedule.tick();
  const { registry, ring, schedule } = sampling;
  return {
    get: async (keys) => ok(keys.map((key) => registry.ask(key))),
    print: async () => ok(await printedCalls(registry, () => io.now().mono)),
    status: async () => {
      const seen = { moment: ring.now(), findings: schedule.findings, now: io.now(), destinations: [] };
      return ok(await statusOf(SOURCES, seen, () => io.now().mono));
    },
    close: () => sampling.close(),
  };
}

/** What comes through FIFOs and in datagrams is the daemon's: a look would take it away. */
function deaf(io: Io): Io {
  const refuse = (_: unknown, heard: { readonly failed: (reason: string) => void }) => {
    queueMicrotask(() => heard.failed("only the daemon listens to it"));
    return { stands: () => false, close: () => undefined };
  };
  return { ...io, listenFifo: refuse, listenDatagrams: refuse };
}

/** What goes wrong belongs on standard error; the rest of a daemon's log does not concern a look. */
function troubleTo(output: Output): Log {
  const say = (text: string) => output.error(`tidemark: ${text}`);
  return { error: say, warning: say, info: () => undefined, debug: () => undefined };
}
