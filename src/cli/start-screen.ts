import type { Stamp } from "../ring/sample.ts";
import { SOURCES } from "../sources/all.ts";
import { CONTROL_SOCKET, type Daemon } from "./daemon.ts";
import { statusLines, statusOf } from "./report.ts";
import { VERSION } from "./version.ts";

/** What the start found, what it could not read with the command that mends it, and a line to try. */
export function startScreen({ settings, sampling }: Daemon, now: Stamp): readonly string[] {
  const { core, path, step } = settings;
  const every = step === 1 ? "every second" : `every ${step} s`;
  const status = statusOf(SOURCES, { moment: sampling.ring.now(), findings: sampling.schedule.findings, now });
  return [
    `tidemark ${VERSION} samples ${every}, keeps ${core.History} s; configuration: ${path ?? "none, defaults"}`,
    `passive checks: ${core.ListenIP.join(", ")} port ${core.ListenPort}, for ${core.Server.join(", ") || "nobody"}`,
    `control socket: ${core.RunDir}/${CONTROL_SOCKET}`,
    "",
    ...statusLines(status),
    "",
    "try:",
    ...keysToTry(daemonKeys(sampling)).map(
      (key) => `  zabbix_get -s ${core.ListenIP[0] ?? "127.0.0.1"} -p ${core.ListenPort} -k '${key}'`,
    ),
  ];
}

function daemonKeys({ registry }: Daemon["sampling"]): readonly string[] {
  return registry.calls().map(({ key }) => key);
}

const TRIED = ["memcached.state", "memcached.hit_ratio", "memcached.get"];

/** The first call of each key that is worth a first look; agent.ping when nothing was found. */
function keysToTry(keys: readonly string[]): readonly string[] {
  const found = TRIED.flatMap((name) => keys.find((key) => key.startsWith(`${name}[`)) ?? []);
  return found.length === 0 ? ["agent.ping"] : found;
}
