import type { ActiveItem } from "../../zabbix/active.ts";
import { isObject, parseJson } from "../../zabbix/json.ts";

// {"host":text,"items":[[itemid:number,key:text,delay:text]...]}

/** The list of a host's items as it is kept. */
export function encodeList(items: readonly ActiveItem[], host: string): string {
  return JSON.stringify({ host, items: items.map(({ itemid, key, delay }) => [itemid, key, delay]) });
}

/** Undefined: it is none, or another host's. */
export function decodeList(text: string, host: string): readonly ActiveItem[] | undefined {
  const json = parseJson(text);
  if (!isObject(json) || json["host"] !== host || !Array.isArray(json["items"])) return undefined;
  return json["items"].flatMap(readItem);
}

function readItem(item: unknown): readonly ActiveItem[] {
  if (!Array.isArray(item)) return [];
  const [itemid, key, delay] = item;
  const isItem = typeof itemid === "number" && typeof key === "string" && typeof delay === "string";
  return isItem ? [{ itemid, key, delay }] : [];
}
