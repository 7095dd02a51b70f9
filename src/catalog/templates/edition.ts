/** Who asks: the server (zabbix_get, poller) or tidemark by itself. The keys are the same. */
export type Flavour = "passive" | "active";

export type ServerVersion = "6.0" | "7.0";

/** One rendering of a template. */
export interface Edition {
  readonly flavour: Flavour;
  readonly server: ServerVersion;
}

/** "Tidemark memcached by Zabbix agent", as the official templates are called. */
export function templateTitle(name: string, flavour: Flavour): string {
  return `${name} by Zabbix agent${flavour === "active" ? " active" : ""}`;
}

/** The YAML's name: "tidemark_memcached_active.yaml". */
export function templateFile(name: string, flavour: Flavour): string {
  const words = name.toLowerCase().split(" ").join("_");
  return `${words}${flavour === "active" ? "_active" : ""}.yaml`;
}
