import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Version } from "./lab.ts";

/**
 * A program of a Zabbix version: TIDEMARK_PROXIES names a directory with `6.0/zabbix_proxy`, `7.0/zabbix_server` and so on,
 * else the one of the machine is taken when it has the version.
 */
export function programOf(name: "zabbix_proxy" | "zabbix_server", version: Version): string | undefined {
  const named = join(process.env["TIDEMARK_PROXIES"] ?? "/nowhere", version, name);
  if (existsSync(named)) return named;
  const { stdout = "" } = spawnSync(name, ["-V"], { encoding: "utf8" });
  return stdout?.includes(`(Zabbix) ${version}.`) ? name : undefined;
}
