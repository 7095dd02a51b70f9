import type { Item, Params } from "../items/item.ts";
import type { Call, Reply } from "../items/registry.ts";
import { formatKey, type Key, parseKey } from "../zabbix/key.ts";

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

/** A value file's name, and the key whose answer it holds. */
export interface FileCall {
  readonly name: string;
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
 * is an alias. Undefined when the key is malformed or the shim would refuse its parameters.
 */
export function configuredCall(key: string, items: ReadonlyMap<string, Item>): FileCall | undefined {
  const parsed = parseKey(key);
  if (parsed.kind === "malformed") return undefined;
  const name = fileName(parsed.value, items.get(parsed.value.name));
  return name === undefined ? undefined : { name, key };
}

/** The files of a standard call: under its target's name, and under no name for the default target. Agents' own keys have none. */
export function standardCalls({ key, item }: Call): readonly FileCall[] {
  const parsed = parseKey(key);
  if (parsed.kind === "malformed" || item.family === "native") return [];
  const keys = [parsed.value];
  if (item.scope === "target") keys.push({ ...parsed.value, params: ["", ...parsed.value.params.slice(1)] });
  return keys.flatMap((called) => {
    const name = fileName(called, item);
    return name === undefined ? [] : [{ name, key: formatKey(called.name, called.params) }];
  });
}

function fileName(key: Key, item: Item | undefined): string | undefined {
  const params = item === undefined ? key.params : completed(key.params, item);
  const name = [key.name, ...params].join(",");
  return name.length <= LONGEST_NAME && params.every((param) => SHIM_PARAM.test(param)) ? name : undefined;
}

function completed(given: readonly string[], item: Item): readonly string[] {
  const fallbacks = Object.values(item.params as Params).map((param) => param.fallback ?? "");
  const declared = item.scope === "target" ? ["", ...fallbacks] : fallbacks;
  return declared.map((fallback, index) => given[index] || fallback);
}
