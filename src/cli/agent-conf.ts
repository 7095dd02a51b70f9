import type { Entry } from "../config/reader.ts";
import { place } from "../config/reader.ts";
import type { Item } from "../items/item.ts";
import type { Finding } from "../sources/source.ts";

/** A UserParameter line of an agent: `key,command` or `key[*],command`. */
interface UserParameter {
  readonly key: string;
  readonly entry: Entry;
  /** It calls our shim, whatever directory that is in. */
  readonly isOurs: boolean;
}

const SHIM = /(^|[\s/])tidemark-value(\s|$)/;
const PLUGIN = "Plugins.Tidemark.System.Path";

/**
 * What in an agent's configuration gets in the way of our UserParameter lines: an agent refuses to start when a key is
 * defined twice, and a key can come from the plugin or from the lines, not from both.
 */
export function agentClashes(entries: readonly Entry[], items: readonly Item[]): readonly Finding[] {
  const parameters = entries.filter(({ name }) => name === "UserParameter").flatMap(userParameter);
  const plugin = entries.find(({ name }) => name === PLUGIN);
  const ours = parameters.find(({ isOurs }) => isOurs);
  return [
    ...items.flatMap((item) => keyClashes(item, parameters)),
    ...(plugin === undefined || ours === undefined ? [] : [bothWays(plugin, ours.entry)]),
  ];
}

function userParameter(entry: Entry): readonly UserParameter[] {
  const [, key = "", command = ""] = /^([^,[]+)(?:\[[^\]]*\])?\s*,(.*)$/s.exec(entry.value) ?? [];
  return key === "" ? [] : [{ key: key.trim(), entry, isOurs: SHIM.test(command) }];
}

function keyClashes({ key, family }: Item, parameters: readonly UserParameter[]): readonly Finding[] {
  if (family === "native") return []; // never registered with an agent
  const same = parameters.filter((parameter) => parameter.key === key);
  const foreign = same.filter(({ isOurs }) => !isOurs);
  const [own, ...more] = same.filter(({ isOurs }) => isOurs);
  const file = family === "legacy" ? "tidemark-legacy.conf" : "tidemark.conf";
  return [
    ...foreign.map(({ entry }) => ({
      what: `item key "${key}"`,
      found:
        own === undefined
          ? `${place(entry)} defines it, too: the agent would not start with ${file}`
          : `${place(entry)} and ${place(own.entry)} define it: the agent does not start`,
      mend: `remove line ${entry.line} of ${entry.file}${own === undefined ? ` before ${file} is included` : ""}`,
    })),
    ...more.map(({ entry }) => ({
      what: `item key "${key}"`,
      found: `${place(entry)} includes it a second time: the agent does not start`,
      mend: `include ${file} once`,
    })),
  ];
}

function bothWays(plugin: Entry, line: Entry): Finding {
  return {
    what: "plugin and UserParameter lines",
    found: `${place(plugin)} and ${place(line)} both bring our keys: the agent does not start`,
    mend: `remove line ${plugin.line} of ${plugin.file}, or do not include tidemark.conf`,
  };
}
