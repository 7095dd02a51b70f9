import { installed, type Running } from "./programs.ts";
import { atMost, median, type Part, short } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, agentd, tidemark } from "./servers.ts";
import { type TlsFiles, tlsFiles, tlsLines } from "./tls-files.ts";
import { measureTls, type TlsMeasured, WAYS, type Way } from "./tls-load.ts";

interface Asked {
  readonly who: string;
  readonly way: Way;
  readonly server: Running;
}

/** The asking program is Node, too, and works on the same machine: more clients would only wait for it. */
const CLIENTS = 2;
/** zabbix_agentd of Debian is built with GnuTLS, and that without TLS 1.3. */
const NOT_SPOKEN: Readonly<Record<string, readonly Way[]>> = { agentd: ["PSK 1.3", "cert 1.3"] };

/** What encryption costs for each check, beside the agents. */
export async function tls({ rounds, seconds }: Scale): Promise<Part> {
  if (installed("openssl") === undefined) throw new Error("openssl is not installed; as root: apt-get install openssl");
  const files = tlsFiles();
  const asked = await peers(files);
  const found = new Map<Asked, TlsMeasured[]>(asked.map((one) => [one, []]));
  for (const one of asked) await measureTls(one.server, { way: one.way, clients: CLIENTS, seconds }, files); // warm
  for (let round = 0; round < rounds; round++) {
    for (const one of asked) {
      found.get(one)?.push(await measureTls(one.server, { way: one.way, clients: CLIENTS, seconds }, files));
    }
  }
  for (const { server } of asked) await server.stop();
  return summary(found);
}

/** A server for each way, so that nobody is warmer than another. */
async function peers(files: TlsFiles): Promise<readonly Asked[]> {
  const lines = tlsLines(files);
  const servers = { tidemark: () => tidemark(lines), agentd: () => agentd(lines), "agent 2": () => agent2(lines) };
  const asked: Asked[] = [];
  for (const way of WAYS) {
    for (const [who, start] of Object.entries(servers)) {
      const server = NOT_SPOKEN[who]?.includes(way) ? undefined : await start();
      if (server !== undefined) asked.push({ who, way, server });
    }
  }
  return asked;
}

function summary(found: ReadonlyMap<Asked, readonly TlsMeasured[]>): Part {
  const rows = [...found].map(([{ who, way }, measured]) => {
    const of = (figure: (one: TlsMeasured) => number) => short(median(measured.map(figure)));
    const latency = `${of(({ p50 }) => p50)}/${of(({ p99 }) => p99)}`;
    return { what: way, who, figures: [of(({ perSecond }) => perSecond), latency, of(({ cpu }) => cpu)] };
  });
  const failures = [...found.values()].flat().reduce((sum, one) => sum + one.failures, 0);
  return {
    title: "checks with TLS",
    columns: [`checks/s, ${CLIENTS} clients`, "p50/p99 us", "CPU us/check"],
    rows,
    verdicts: [atMost("checks with TLS without a value", failures, 0, "checks")],
  };
}
