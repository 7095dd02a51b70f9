import { address } from "./address.ts";
import { isSkipped } from "./start.ts";
import { testConnecting } from "./tls-outgoing.ts";

const host = address(import.meta.url);

for (const agent of ["zabbix_agentd", "zabbix_agent2"] as const) {
  if (!isSkipped(agent)) testConnecting(agent, { program: agent, host });
}
