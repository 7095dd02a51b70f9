import { isAbsolute, join } from "node:path";
import type { OptionNode } from "../zabbix/plugin.ts";
import { SOCKET } from "./config.ts";

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
const OWN = ["Socket", "Directory"];
/** Options that the agent keeps for itself; 6.0 hands them over, too. */
const AGENTS = "System.";
/** A child has no port and lives in the door's directory. */
const FIXED = [
  "Server",
  "ListenIP",
  "ListenPort",
  "TLSAccept",
  "StateDir",
  "RunDir",
  "Include",
  "UserParameter.Files",
  "UserParameter.Keys",
];
/** What fits into sun_path of unix(7). */
const LONGEST_PATH = 107;

/** The options with their defaults, and for each that a plugin cannot have a fragment that says so. */
export function pluginOptions(
  root: OptionNode,
  defaults: Pick<PluginOptions, "socket" | "directory">,
): { readonly options: PluginOptions; readonly faults: readonly string[] } {
  const given = (root.Nodes ?? [])
    .flatMap((node) => optionsOf(node, ""))
    .filter(({ name }) => !name.startsWith(AGENTS));
  // The tree has all values of one name together; of AllowKey and DenyKey the order in the file decides.
  const all = given.toSorted((one, other) => one.line - other.line);
  const own = (wanted: string) => all.find(({ name }) => name === wanted)?.value;
  const options = {
    socket: own("Socket") ?? defaults.socket,
    directory: own("Directory") ?? defaults.directory,
    directives: all.filter(({ name }) => !OWN.includes(name)).map(({ name, value }) => `${name}=${value}`),
  };
  const faults = [
    ...OWN.filter((wanted) => all.filter(({ name }) => name === wanted).length > 1).map(
      (name) => `Plugins.Tidemark.${name}: it is there twice`,
    ),
    ...all.filter(({ name }) => FIXED.includes(name)).map(({ name }) => notOfPlugin(name)),
    ...all
      .filter(({ name }) => !/^[A-Za-z0-9_.:-]+$/.test(name))
      .map(({ name }) => `Plugins.Tidemark.${name}: no option has such a name`),
    ...pathFaults("Socket", options.socket, options.socket),
    ...pathFaults("Directory", options.directory, join(options.directory, SOCKET)),
  ];
  return { options, faults };
}

function notOfPlugin(name: string): string {
  return `Plugins.Tidemark.${name}: not for the plugin, which has no port, writes no files for UserParameters and keeps all in Plugins.Tidemark.Directory`;
}

function pathFaults(name: string, path: string, socket: string): readonly string[] {
  const bytes = Buffer.byteLength(socket);
  if (!isAbsolute(path)) return [`Plugins.Tidemark.${name}: expected an absolute path, found "${path}"`];
  if (bytes <= LONGEST_PATH) return [];
  return [`Plugins.Tidemark.${name}: a socket's path has at most ${LONGEST_PATH} bytes, "${socket}" has ${bytes}`];
}

interface Option {
  readonly name: string;
  readonly value: string;
  /** In the file that it stands in. */
  readonly line: number;
}

/** A node may have values and children; a repeated option has several values. */
function optionsOf({ Name = "", Nodes = [], Line = 0 }: OptionNode, prefix: string): readonly Option[] {
  const name = `${prefix}${Name}`;
  return Nodes.flatMap((node) =>
    node.Value === undefined
      ? optionsOf(node, `${name}.`)
      : [{ name, value: textOf(node.Value), line: node.Line ?? Line }],
  );
}

/** A line feed in a value would make a second directive of it. */
function textOf(base64: string): string {
  return Buffer.from(base64, "base64")
    .toString("utf8")
    .replaceAll(/[\r\n]+/g, " ");
}
