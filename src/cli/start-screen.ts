import { relative } from "node:path";

import { endpointText } from "../io/endpoint.ts";
import type { Io } from "../io/io.ts";
import { SOURCES } from "../sources/all.ts";
import type { Finding } from "../sources/source.ts";
import { CONTROL_SOCKET, type Daemon } from "./daemon.ts";
import { statusLines, statusOf } from "./report.ts";
import type { Sampling } from "./sampling.ts";
import { VERSION } from "./version.ts";

/**
 * What the start found, what it could not read with the command that mends it, and lines to try.
 * @param more findings of the start itself
 */
export async function startScreen(
  { settings, sampling, addresses }: Daemon,
  io: Io,
  more: readonly Finding[],
): Promise<readonly string[]> {
  const { core, path, step } = settings;
  const findings = [...more, ...sampling.schedule.findings];
  const doors = addresses.map(({ address, port }) => endpointText({ kind: "tcp", host: address, port }));
  const [door] = addresses;
  const asked = `-s ${door?.address ?? "127.0.0.1"} -p ${door?.port ?? core.ListenPort}`;
  const keys = keysToTry(sampling);
  const seen = { moment: sampling.ring.now(), findings, now: io.now(), destinations: [] };
  return [
    `tidemark ${VERSION}: a sample every ${step} s, ${core.History} s of history; ${path ?? "no configuration file"}`,
    `passive checks: ${doors.join(", ") || "at no port"}, for ${core.Server.join(", ") || "nobody"}`,
    `control socket: ${core.RunDir}/${CONTROL_SOCKET}`,
    "",
    ...statusLines(await statusOf(SOURCES, seen, () => io.now().mono)),
    "",
    "try:",
    ...keys.map((key) => `  zabbix_get ${asked} -k '${key}'`),
    `  ${program()} status${path === undefined ? "" : ` -c ${path}`}`,
  ];
}

/** How this program was called, so that a line can be copied. */
function program(): string {
  const script = process.argv[1] ?? "tidemark";
  return script.endsWith(".js") ? `node ${relative(process.cwd(), script)}` : "tidemark";
}

const TRIED = ["memcached.state", "memcached.hit_ratio", "memcached.ttl.pressure"];

/** The first call of each key that is worth a first look; agent.ping when nothing was found. */
function keysToTry({ registry }: Sampling): readonly string[] {
  const items = SOURCES.flatMap((source) => source.items);
  const found = TRIED.flatMap((name) => {
    const [first] = registry.calls(items.filter(({ key }) => key === name));
    return first === undefined ? [] : [first.key];
  });
  return found.length === 0 ? ["agent.ping"] : found;
}
