import type { ValueType } from "../../items/item.ts";
import type { Figure, Group, Master } from "../../items/template.ts";
import type { Edition } from "./edition.ts";
import { figureKey, masterKey, withTarget } from "./keys.ts";
import { uuidOf } from "./uuid.ts";

/** A node of the export: what YAML can hold. */
export type Node = string | readonly Node[] | Entity;

/** Fields that are undefined are left out. */
export interface Entity {
  readonly [name: string]: Node | undefined;
}

/** The server's words; whole numbers are what it takes when none is said. */
const TYPES: Readonly<Record<ValueType, string | undefined>> = {
  float: "FLOAT",
  unsigned: undefined,
  char: "CHAR",
  text: "TEXT",
  json: "TEXT",
};

/** As long as 7.0 keeps values where nothing is said. */
const HISTORY = "31d";
/** What the server takes where nothing is said: a file that says it would differ from the server's own export. */
const DELAY_UNSAID = "1m";

/** The item, or item prototype, that is really asked for. */
export function masterNode(group: Group, title: string, { flavour }: Edition): Node {
  const { item, delay } = group.master;
  const key = masterKey(group);
  return {
    uuid: uuidOf("item", title, key),
    name: masterName(group),
    ...(flavour === "active" ? { type: "ZABBIX_ACTIVE" } : {}),
    key,
    delay: unlessUnsaid(delay ?? item.delay),
    history: "0",
    trends: "0",
    value_type: "TEXT",
    description: item.doc,
    tags: [{ tag: "component", value: "raw" }],
  };
}

/** Undefined for the interval that needs not be said. */
export function unlessUnsaid(delay: string): string | undefined {
  return delay === DELAY_UNSAID ? undefined : delay;
}

function masterName(group: Group): string {
  return group.master.once === true ? group.master.item.name : withTarget(group, group.master.item.name);
}

/** An item, or item prototype, that the server cuts out of the master's JSON. */
export function figureNode(group: Group, figure: Figure, title: string, edition: Edition): Entity {
  const key = figureKey(group, figure);
  const { item } = figure;
  const text = TYPES[figure.type] === "CHAR" || TYPES[figure.type] === "TEXT";
  return {
    uuid: uuidOf("item", title, key),
    name: withTarget(group, figure.name),
    type: "DEPENDENT",
    key,
    ...(edition.server === "6.0" ? { delay: "0" } : {}),
    ...(edition.server === "6.0" ? { history: HISTORY } : {}),
    trends: text ? "0" : undefined,
    value_type: TYPES[figure.type],
    units: figure.units === "" ? undefined : figure.units,
    description: item.doc,
    valuemap: figure.states === undefined ? undefined : { name: valueMapName(item.name, item.key) },
    preprocessing: [...cut(group, figure), ...seldom(figure)],
    master_item: { key: masterKey(group) },
    tags: tags(group),
  };
}

/** "State (memcached.state)": names may repeat over the sources of one template, keys do not. */
export function valueMapName(name: string, key: string): string {
  return `${name} (${key})`;
}

/** Where the JSON has no such field there is no value now, which is no error of the item. */
function cut(group: Group, figure: Figure): readonly Node[] {
  const prefix = figurePrefix(group, group.master);
  const step = { type: "JSONPATH", parameters: [`$${prefix}${figure.path}`] };
  return [figure.known !== "always" ? { ...step, error_handler: "DISCARD_VALUE" } : step];
}

/** In a master of the whole host each target has its own object. */
function figurePrefix({ target }: Group, { once, at = "" }: Master): string {
  return once === true ? at + target.map((name) => `['{#${name}}']`).join("") : "";
}

function seldom({ heartbeat }: Figure): readonly Node[] {
  return heartbeat === undefined ? [] : [onceChanged(heartbeat)];
}

/** What is as it was goes no further, but for once in this time. */
export function onceChanged(heartbeat: string): Node {
  return { type: "DISCARD_UNCHANGED_HEARTBEAT", parameters: [heartbeat] };
}

/** In the order of the server's own export. */
function tags({ component, target }: Group): readonly Node[] {
  const targets = target.map((name) => ({ tag: name.toLowerCase(), value: `{#${name}}` }));
  return [{ tag: "component", value: component }, ...targets].toSorted((one, other) => (one.tag < other.tag ? -1 : 1));
}
