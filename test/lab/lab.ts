import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

/*
 * A lab is a directory with a program `zabbix-lab`: `zabbix-lab up VERSION` starts a Zabbix server with database and
 * frontend on loopback, `down VERSION` stops them, `env VERSION` prints `export NAME=value` lines that say where they are,
 * `psql VERSION ARGUMENTS` runs psql as the owner of their databases, of which `zabbix_seed` is one that nothing was done to.
 */

export const VERSIONS = ["6.0", "7.0"] as const;
export type Version = (typeof VERSIONS)[number];

/** A Zabbix server of the lab and the programs of its version. */
export interface Server {
  readonly version: Version;
  readonly host: string;
  readonly port: number;
  readonly api: string;
  readonly user: string;
  readonly password: string;
  /** The server's own log file. */
  readonly log: string;
  /** Of its external checks: "ext" beside the directory of its log. */
  readonly externalScripts: string;
  /** Port of PostgreSQL. */
  readonly databases: number;
  readonly zabbixGet: string;
  readonly zabbixSender: string;
  readonly zabbix_agentd: string;
  readonly zabbix_agent2: string;
}

const BESIDE = fileURLToPath(new URL("../../../shared/lab", import.meta.url));
const PROGRAM = "zabbix-lab";
/** Room for the rows of a long campaign. */
const MOST_OUTPUT = 2 ** 28;

/** Directory of the lab: TIDEMARK_LAB, which must be one, else ../shared/lab beside the project. */
export function labDirectory(): string | undefined {
  const named = process.env["TIDEMARK_LAB"] ?? "";
  const directory = named === "" ? BESIDE : named;
  if (existsSync(join(directory, PROGRAM))) return directory;
  if (named !== "") throw new Error(`TIDEMARK_LAB is "${named}", where there is no program "${PROGRAM}"`);
  return undefined;
}

/** Runs one command of the lab and answers what it printed. Throws with its error output when it fails. */
export function lab(directory: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(join(directory, PROGRAM), args, {
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT,
  });
  if (status !== 0) throw new Error(`${PROGRAM} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

/** The server of a version; undefined when there is no lab, or this version is not installed in it. */
export function findServer(version: Version): Server | undefined {
  const directory = labDirectory();
  if (directory === undefined) return undefined;
  const lines = lab(directory, "env", version).matchAll(/^export (\w+)=(.*)$/gm);
  const env = new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
  const get = (name: string): string => env.get(name) ?? "";
  if (!existsSync(get("ZBX_GET"))) return undefined;
  return {
    version,
    host: get("ZBX_SERVER_HOST"),
    port: Number(get("ZBX_SERVER_PORT")),
    api: get("ZBX_API_URL"),
    user: get("ZBX_USER"),
    password: get("ZBX_PASSWORD"),
    log: get("ZBX_SERVER_LOG"),
    externalScripts: join(dirname(get("ZBX_SERVER_LOG")), "../ext"),
    databases: Number(get("ZBX_DB_PORT")),
    zabbixGet: get("ZBX_GET"),
    zabbixSender: get("ZBX_SENDER"),
    zabbix_agentd: get("ZBX_AGENTD"),
    zabbix_agent2: get("ZBX_AGENT2"),
  };
}

/** The same tests with each server; a version that is missing counts as one skipped test. */
export function withEachServer(tests: (server: Server) => void): void {
  for (const version of VERSIONS) {
    const server = findServer(version);
    if (server === undefined) test.skip(`Zabbix ${version}: not in the lab, or there is no lab`);
    else describe(`Zabbix ${version}`, () => tests(server));
  }
}
