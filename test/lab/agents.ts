import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../real/program.ts";
import { start } from "../real/start.ts";
import type { Server } from "./lab.ts";

/** Zabbix's own agents, by the names of their programs. */
export type AgentKind = "zabbix_agentd" | "zabbix_agent2";

export interface AgentPlace {
  readonly kind: AgentKind;
  /** Of its configuration and everything else that it writes. */
  readonly directory: string;
  readonly host: string;
  /** Not above 32767, which zabbix_agentd refuses. */
  readonly port: number;
}

/** Starts an agent of the server's version in the foreground; lines come after what makes it one of a test. */
export function startAgent(server: Server, place: AgentPlace, lines: readonly string[]): Promise<Program> {
  const foreground = place.kind === "zabbix_agentd" ? ["-f"] : [];
  const { host, port } = place;
  return start(server[place.kind], [...foreground, "-c", configured(place, lines)], { ready: { host, port } });
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
