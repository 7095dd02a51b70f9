import { describe } from "vitest";
import { address } from "./address.ts";
import { pluginTests } from "./plugin-agent2.ts";
import { isSkipped } from "./start.ts";

describe.skipIf(isSkipped("zabbix_agent2"))("the agent 2 of Debian", () => {
  pluginTests({ program: "zabbix_agent2", version: "6.0", host: address(import.meta.url) });
});
