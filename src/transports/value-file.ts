import type { Item, Params } from "../items/item.ts";
import { keyOf, type Reply, type Standard } from "../items/registry.ts";
import { parseKey } from "../zabbix/key.ts";

// The files that userparameters/tidemark-value reads; its comment says the same.
//
// group := key [ "," target ]       all calls of an item, of a target item those for one target; empty: the default one
// file  := *line                    in a group's file
// line  := call "= " value LF       one line of at most 200 bytes
//        / call "+" LF              any other value: it is the whole file named group "+" call
//        / call "! " reason LF      why there is no value
// call  := [ param *( "," param ) ] the other declared parameters, defaults filled in

/** The file that says until when all the others are good. No key can ask for it: none begins with a dot. */
export const EXPIRY_FILE = ".expiry";

/** The shell reads lines byte by byte, those before the one it looks for too; a longer value is cheaper by `cat`. */
const LONGEST_LINE = 200;
const LONGEST_NAME = 255;
const SHIM_PARAM = /^[A-Za-z0-9_.:-]*$/;

/** One value of a group, and the key whose answer it is. */
export interface ValueCall {
  readonly call: string;
  readonly key: string;
}

/** Values in one file. `alias`: a second name of it, for the default target. */
export interface ValueGroup {
  readonly name: string;
  readonly alias: string | undefined;
  readonly calls: readonly ValueCall[];
}

/** One line of a group's file, and the whole value where that does not fit into it. */
export interface ValueLine {
  readonly line: string;
  readonly whole: string | undefined;
}

export function valueLine(call: string, reply: Reply): ValueLine {
  if (reply.kind !== "value") return { line: `${call}! ${oneLine(reply.reason)}\n`, whole: undefined };
  const { text } = reply;
  if (text.length <= LONGEST_LINE && !text.includes("\n")) return { line: `${call}= ${text}\n`, whole: undefined };
  return { line: `${call}+\n`, whole: text };
}

function oneLine(reason: string): string {
  return reason.replaceAll(/\s+/g, " ");
}

/** The file of a value that does not fit into a line. */
export function wholeName(group: string, call: string): string {
  return `${group}+${call}`;
}

/**
 * Group and call of a configured key; its parameters are completed when the key is one of ours, and stand as they are
 * when it is an alias. Undefined when the key is malformed or the shim would refuse its parameters.
 */
export function configuredCall(
  key: string,
  items: ReadonlyMap<string, Item>,
): { readonly group: string; readonly call: ValueCall } | undefined {
  const parsed = parseKey(key);
  if (parsed.kind === "malformed") return undefined;
  const { name, params } = parsed.value;
  const item = items.get(name);
  const hasTarget = item?.scope === "target";
  const [target = "", ...others] = hasTarget ? params : ["", ...params];
  const group = hasTarget ? groupName(name, target) : name;
  const call = item === undefined ? others.join(",") : completed(others, item);
  const isAskable = [target, ...others].every((param) => SHIM_PARAM.test(param)) && fits(group, call);
  return isAskable ? { group, call: { call, key } } : undefined;
}

/** The group of an item's standard calls. Agents' own keys have no calls there. */
export function standardGroup(standard: Standard): ValueGroup {
  const { item, target, isDefault, params } = standard;
  const name = target === undefined ? item.key : groupName(item.key, target);
  const askable =
    item.family === "native" ? [] : params.filter((each) => each.every((param) => SHIM_PARAM.test(param)));
  const calls = askable.map((each) => ({ call: completed(each, item), key: keyOf(standard, each) }));
  return {
    name,
    alias: isDefault ? groupName(item.key, "") : undefined,
    calls: calls.filter(({ call }) => fits(name, call)),
  };
}

/** Names of targets are such as the shim lets through. */
function groupName(key: string, target: string): string {
  return `${key},${target}`;
}

/** Declared parameters after the target's, empty and absent ones by their defaults. */
function completed(given: readonly string[], item: Item): string {
  const fallbacks = Object.values(item.params as Params).map((param) => param.fallback ?? "");
  return fallbacks.map((fallback, index) => given[index] || fallback).join(",");
}

function fits(group: string, call: string): boolean {
  return wholeName(group, call).length <= LONGEST_NAME;
}
