import type { Item } from "../../items/item.ts";
import type { Figure, Group } from "../../items/template.ts";

/** `memcached.get["{#INSTANCE}"]`; parameters are always quoted, without any there are no brackets. */
export function keyText(item: Item, params: readonly string[]): string {
  return params.length === 0 ? item.key : `${item.key}[${params.map(quoted).join(",")}]`;
}

/** The key of a group's figure: the target comes first. */
export function figureKey({ target }: Group, { item, params }: Figure): string {
  return keyText(item, [...target.map(lldMacro), ...params]);
}

export function masterKey({ target, master }: Group): string {
  return keyText(master.item, master.once === true ? [] : target.map(lldMacro));
}

export function lldMacro(name: string): string {
  return `{#${name}}`;
}

/** "{#INSTANCE}: State"; without a discovery the name alone. */
export function withTarget({ target }: Group, name: string): string {
  return target.length === 0 ? name : `${target.map(lldMacro).join(" ")}: ${name}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}
