import { address } from "../real/address.ts";
import { testConnecting } from "../real/tls-outgoing.ts";
import { withEachServer } from "./lab.ts";

/* The agents of both versions, in the place of servers: GnuTLS and OpenSSL as each Debian release has them. */

const host = address(import.meta.url);

withEachServer((server) => {
  for (const agent of ["zabbix_agentd", "zabbix_agent2"] as const) {
    testConnecting(agent, { program: server[agent], host });
  }
});
