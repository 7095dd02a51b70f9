import { join } from "node:path";
import type { Outbox } from "../outbox/outbox.ts";
import { SOURCES } from "../sources/all.ts";
import { Link } from "../transports/active/link.ts";
import { Pace } from "../transports/pace.ts";
import { PushClient } from "../transports/push/client.ts";
import { PushedKeys } from "../transports/push/keys.ts";
import type { PushSettings } from "./push-settings.ts";
import { type StateFile, stateFile } from "./state-file.ts";
import type { Client, Surroundings, Wanted } from "./wanted.ts";

/** The keys that patterns have found, beside the queue. */
const FOUND = "keys.json";
/** Patterns are searched for once in so many seconds, and not more often than there are ticks. */
const SEARCH_SECONDS = 10;

/** The destinations of `Push.<name>.*`. */
export function pushDestinations(surroundings: Surroundings): readonly Wanted[] {
  const { settings, log } = surroundings;
  return settings.pushes.map((push) => ({
    name: push.name,
    what: whatOf(push),
    queue: `push ${push.name} ${push.host} ${push.server}`,
    made: JSON.stringify(["push", push, settings.core.Timeout, settings.tls.connect]),
    open: (outbox, directory) => opened(push, { outbox, file: stateFile(join(directory, FOUND), log) }, surroundings),
  }));
}

function whatOf({ name, host, server }: PushSettings): string {
  return `push "${name}" to host "${host}" at ${server}`;
}

interface Kept {
  readonly outbox: Outbox;
  readonly file: StateFile;
}

function opened(push: PushSettings, { outbox, file }: Kept, surroundings: Surroundings): Client {
  const { settings, sampling, io, log } = surroundings;
  const { step, slots, tls } = settings;
  const now = () => io.now().mono;
  const pace = new Pace(now);
  const abort = new AbortController();
  const what = whatOf(push).replace("push", "Push");
  const random = Math.random;
  const link = new Link({ nodes: push.nodes, tls: tls.connect, what, io, log, random, abort: abort.signal });
  const keys = new PushedKeys({
    patterns: push.keys,
    items: SOURCES.flatMap((source) => source.items),
    registry: sampling.registry,
    file,
    seconds: SEARCH_SECONDS,
    now,
    pace,
  });
  return new PushClient({
    name: push.name,
    what,
    host: push.host,
    timeout: settings.core.Timeout,
    everySlots: Math.ceil(push.intervalSeconds / step),
    keys,
    outbox,
    link,
    abort,
    registry: sampling.registry,
    ring: sampling.ring,
    stampOf: (slot) => sampling.stampOf(slot),
    slots,
    io,
    log,
  });
}
