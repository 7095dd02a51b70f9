import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { localZone } from "../io/local-zone.ts";
import { shortName } from "../items/short-name.ts";
import { ActiveClient, type ActiveTimes } from "../transports/active/client.ts";
import type { ActiveHost } from "../zabbix/active.ts";
import type { Settings } from "./settings.ts";
import { stateFile } from "./state-file.ts";
import type { Surroundings, Wanted } from "./wanted.ts";

/** The newest list of items, beside the queue. */
const LIST = "items.json";

/** The entries of ServerActive. */
export function activeDestinations({ settings, sampling, io, log }: Surroundings): readonly Wanted[] {
  const { step, slots, tls } = settings;
  const host = hostOf(settings);
  const times = timesOf(settings);
  return settings.active.map(({ text, nodes }) => ({
    name: shortName(text),
    what: `host "${host.host}" at ${text}`,
    queue: `${host.host} ${text}`,
    made: JSON.stringify(["active", text, host, times, tls.connect]),
    open: (outbox, directory) =>
      new ActiveClient({
        name: shortName(text),
        what: `host "${host.host}" at ${text}`,
        nodes,
        tls: tls.connect,
        host,
        times,
        session: randomBytes(16).toString("hex"),
        outbox,
        listFile: stateFile(join(directory, LIST), log),
        registry: sampling.registry,
        ring: sampling.ring,
        stampOf: (slot) => sampling.stampOf(slot),
        step,
        slots,
        zone: localZone,
        io,
        log,
        random: Math.random,
      }),
  }));
}

/** Addresses that lead nowhere from outside are not told: then the server takes the one it sees us come from. */
function hostOf({ core }: Settings): ActiveHost {
  const [ip] = core.ListenIP;
  return {
    host: core.Hostname ?? "",
    metadata: core.HostMetadata,
    interface: core.HostInterface,
    ip: ip === undefined || /^(127\.|::1$|0\.0\.0\.0$|::$)/.test(ip) ? undefined : ip,
    port: core.ListenIP.length === 0 ? undefined : core.ListenPort,
  };
}

function timesOf({ core }: Settings): ActiveTimes {
  return {
    refresh: core.RefreshActiveChecks,
    heartbeat: core.HeartbeatFrequency,
    buffer: core.BufferSend,
    timeout: core.Timeout,
    backfill: core.BackfillNewHost,
  };
}
