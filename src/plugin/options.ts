import type { OptionNode } from "../zabbix/plugin.ts";

/** What `Plugins.Tidemark.*` of the agent's configuration says. */
export interface PluginOptions {
  /** Control socket of the host's daemon. */
  readonly socket: string;
  /** Where the child keeps its socket, its samples and its configuration. */
  readonly directory: string;
  /** Directives of the child, as they stand in tidemark.conf: "Memcached.main.Uri=tcp://127.0.0.1:11211". */
  readonly directives: readonly string[];
}

/** Options of the door itself; all others are directives of tidemark. */
const OWN = { socket: "Socket", directory: "Directory" } as const;
/** Options that the agent keeps for itself; 6.0 hands them over, too. */
const AGENTS = "System.";
/** A child has no port and lives in the door's directory. */
const FIXED = ["ListenPort", "ListenIP", "Server", "StateDir", "RunDir", "Include"];

/** The options with their defaults, and a sentence fragment for each that a plugin cannot have. */
export function pluginOptions(
  root: OptionNode,
  defaults: Pick<PluginOptions, "socket" | "directory">,
): { readonly options: PluginOptions; readonly faults: readonly string[] } {
  const all = (root.Nodes ?? []).flatMap((node) => lines(node, "")).filter(([name]) => !name.startsWith(AGENTS));
  const own = (name: string) => all.findLast(([found]) => found === name)?.[1];
  const directives = all.filter(([name]) => name !== OWN.socket && name !== OWN.directory);
  return {
    options: {
      socket: own(OWN.socket) ?? defaults.socket,
      directory: own(OWN.directory) ?? defaults.directory,
      directives: directives.map(([name, value]) => `${name}=${value}`),
    },
    faults: directives.filter(([name]) => FIXED.includes(name)).map(([name]) => fault(name)),
  };
}

function fault(name: string): string {
  return `Plugins.Tidemark.${name} is not an option of the plugin: it has no port of its own and keeps all in Plugins.Tidemark.Directory`;
}

type Line = readonly [name: string, value: string];

/** A node may have values and children; a repeated parameter has several values. */
function lines({ Name = "", Nodes = [] }: OptionNode, prefix: string): readonly Line[] {
  const name = `${prefix}${Name}`;
  return Nodes.flatMap((node) =>
    node.Value === undefined ? lines(node, `${name}.`) : [[name, text(node.Value)] as const],
  );
}

/** A line feed in a value would make a second directive of it. */
function text(base64: string): string {
  return Buffer.from(base64, "base64")
    .toString("utf8")
    .replaceAll(/[\r\n]+/g, " ");
}
