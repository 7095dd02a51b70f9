import type { Item, Params } from "../items/item.ts";
import type { Call, Reply } from "../items/registry.ts";
import { parseKey } from "../zabbix/key.ts";

// The files that userparameters/tidemark-value reads; its comment says the same.
//
// name := key *( "," param )      every declared parameter, defaults filled in; empty: the default target
// file := "= " value LF           one line of at most 1,000 characters
//       / "+" LF value            any other value
//       / "! " reason LF          why there is no value

/** The file that says until when all the others are good. No key can ask for it: none begins with a dot. */
export const EXPIRY_FILE = ".expiry";

/** The shell reads a line byte by byte; a longer one is cheaper by `cat`. */
const LONGEST_LINE = 1000;
const LONGEST_NAME = 255;
const SHIM_PARAM = /^[A-Za-z0-9_.:-]*$/;

/** Value files, by their names, and the key whose answer they hold. */
export interface FileCall {
  readonly names: readonly string[];
  readonly key: string;
}

/** What one value file holds. */
export function fileText(reply: Reply): string {
  if (reply.kind !== "value") return `! ${reply.reason.replaceAll(/\s+/g, " ")}\n`;
  const short = reply.text.length <= LONGEST_LINE && !reply.text.includes("\n");
  return short ? `= ${reply.text}\n` : `+\n${reply.text}`;
}

/**
 * The file of a configured key; its parameters are completed when the key is one of ours, and stand as they are when it
 * is an alias. No names when the key is malformed or the shim would refuse its parameters.
 */
export function configuredCall(key: string, items: ReadonlyMap<string, Item>): FileCall {
  const parsed = parseKey(key);
  if (parsed.kind === "malformed") return { names: [], key };
  const { name, params } = parsed.value;
  const item = items.get(name);
  return { names: fileName(name, item === undefined ? params : completed(params, item)), key };
}

/** The files of a standard call: of the default target one under no target's name too. Agents' own keys have none. */
export function standardCall({ key, item, params, isDefault }: Call): FileCall {
  if (item.family === "native") return { names: [], key };
  const all = completed(params, item);
  const nameless = isDefault ? fileName(item.key, ["", ...all.slice(1)]) : [];
  return { names: [...fileName(item.key, all), ...nameless], key };
}

function completed(given: readonly string[], item: Item): readonly string[] {
  const fallbacks = Object.values(item.params as Params).map((param) => param.fallback ?? "");
  const declared = item.scope === "target" ? ["", ...fallbacks] : fallbacks;
  return declared.map((fallback, index) => given[index] || fallback);
}

/** One name, or none when the shim would refuse to build it. */
function fileName(key: string, params: readonly string[]): readonly string[] {
  const name = [key, ...params].join(",");
  return name.length <= LONGEST_NAME && params.every((param) => SHIM_PARAM.test(param)) ? [name] : [];
}
