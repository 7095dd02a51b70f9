import { address } from "../real/address.ts";
import { pluginTests } from "../real/plugin-agent2.ts";
import { withEachServer } from "./lab.ts";

withEachServer(({ zabbix_agent2, version }) => {
  pluginTests({ program: zabbix_agent2, version, host: address(import.meta.url) });
});
