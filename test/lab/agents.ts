import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "../real/daemon.ts";
import { LAUNCHER } from "../real/plugin-agent-side.ts";
import type { Program } from "../real/program.ts";
import { start } from "../real/start.ts";
import type { Server } from "./lab.ts";

const USER_PARAMETERS = fileURLToPath(new URL("../../userparameters/", import.meta.url));
const SHIM = "/usr/lib/tidemark/tidemark-value";

/** Zabbix's own agents, by the names of their programs. */
export const AGENT_KINDS = ["zabbix_agentd", "zabbix_agent2"] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

export interface AgentPlace {
  readonly kind: AgentKind;
  /** Of its configuration and everything else that it writes. */
  readonly directory: string;
  readonly host: string;
  /** Not above 32767, which zabbix_agentd refuses. */
  readonly port: number;
}

/** Starts an agent of the server's version in the foreground; lines come after what makes it one of a test. */
export function startAgent(
  server: Pick<Server, AgentKind>,
  place: AgentPlace,
  lines: readonly string[],
): Promise<Program> {
  const foreground = place.kind === "zabbix_agentd" ? ["-f"] : [];
  const { host, port } = place;
  return start(server[place.kind], [...foreground, "-c", configured(place, lines)], {
    ready: { host, port },
    env: { TIDEMARK_NODE: process.execPath },
  });
}

/** The line that gives an agent the shipped UserParameters, with the paths of this tidemark. */
export function userParameters({ directory, run }: Bench, file = "tidemark.conf"): string {
  const text = readFileSync(join(USER_PARAMETERS, file), "utf8").replaceAll(SHIM, `${USER_PARAMETERS}tidemark-value`);
  const path = join(directory, `agent-${file}`); // tidemark.conf is the name of its own
  writeFileSync(path, text.replaceAll(",set -- ", `,set -- -d ${run}/v `));
  return `Include=${path}`;
}

/** Lines that give an agent 2 the plugin, with these options: "Socket=/run/...". */
export function pluginLines(options: readonly string[]): readonly string[] {
  return [`System.Path=${LAUNCHER}`, ...options].map((option) => `Plugins.Tidemark.${option}`);
}

function configured({ kind, directory, host, port }: AgentPlace, lines: readonly string[]): string {
  const here = (name: string) => join(directory, `${kind}-${port}-${name}`);
  const own =
    kind === "zabbix_agentd" ? ["AllowRoot=1"] : [`ControlSocket=${here("control")}`, `PluginSocket=${here("plugin")}`];
  const common = [
    "LogType=console",
    "Server=127.0.0.0/8",
    `ListenIP=${host}`,
    `ListenPort=${port}`,
    `PidFile=${here("pid")}`,
  ];
  writeFileSync(here("conf"), [...common, ...own, ...lines, ""].join("\n"));
  return here("conf");
}
