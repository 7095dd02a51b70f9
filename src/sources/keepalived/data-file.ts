import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Clock } from "../../ring/sample.ts";
import type { VrrpState } from "./states.ts";

/** What keepalived wrote of one instance when it was told to. Undefined: the form of the file does not have it. */
export interface Dumped {
  readonly name: string;
  readonly state: VrrpState;
  readonly priority: number | undefined;
  /** Unix seconds of its last transition. */
  readonly since: Clock | undefined;
  /** How often it became or ceased to be master in this life of keepalived. */
  readonly turns: number | undefined;
  /** Virtual addresses as keepalived shows them: "192.0.2.10/24 dev eth9 scope global set". */
  readonly addresses: readonly string[];
}

/** keepalived's numbers: VRRP_STATE_INIT, BACK, MAST, FAULT of its vrrp.h. */
const NUMBERED: readonly VrrpState[] = ["unknown", "backup", "master", "fault"];
const WORDS: Readonly<Record<string, VrrpState>> = { BACKUP: "backup", MASTER: "master", FAULT: "fault" };

/** Reads keepalived.json (version 1: an array; version 2: an object with "vrrp") or the text of keepalived.data. */
export function parseDataFile(text: string): Parsed<readonly Dumped[]> {
  if (isJson(text)) return parseJson(text);
  return text.includes("------< VRRP Topology >------")
    ? ok(parseText(text))
    : malformed("it is neither keepalived.json nor keepalived.data");
}

/** Whether it is meant as JSON, of which a part is never taken for the whole. */
export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function parseJson(text: string): Parsed<readonly Dumped[]> {
  const root = jsonOf(text);
  const list = Array.isArray(root) ? root : field(root, "vrrp");
  if (!Array.isArray(list)) return malformed("it is no JSON of keepalived, or not whole");
  return ok(list.flatMap(dumpedOf));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function dumpedOf(element: unknown): readonly Dumped[] {
  const data = field(element, "data");
  const stats = field(element, "stats");
  const name = field(data, "iname");
  const state = field(data, "state");
  if (typeof name !== "string" || name === "" || typeof state !== "number") return [];
  const turns = number(stats, "become_master") + number(stats, "release_master");
  return [
    {
      name,
      state: NUMBERED[state] ?? "unknown",
      priority: known(number(data, "effective_priority")),
      since: known(number(data, "last_transition")),
      turns: known(turns),
      addresses: [...texts(data, "vips"), ...texts(data, "evips")],
    },
  ];
}

function field(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}

/** NaN: there is none. */
function number(object: unknown, name: string): number {
  const found = field(object, name);
  return typeof found === "number" ? found : Number.NaN;
}

function known(found: number): number | undefined {
  return Number.isNaN(found) ? undefined : found;
}

function texts(object: unknown, name: string): readonly string[] {
  const found = field(object, name);
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === "string") : [];
}

/** Instances begin with one space, their fields with three, the entries of a list with five. */
function parseText(text: string): readonly Dumped[] {
  const [, topology = ""] = text.split("------< VRRP Topology >------\n");
  const [instances = ""] = topology.split(/^------</m);
  const [, ...blocks] = `\n${instances}`.split("\n VRRP Instance = ");
  return blocks.map((block) => {
    const [name = "", ...lines] = block.split("\n");
    const value = (title: string) => lines.find((line) => line.startsWith(`   ${title} = `))?.split(" = ", 2)[1] ?? "";
    return {
      name,
      state: WORDS[value("State")] ?? "unknown",
      priority: known(Number.parseInt(value("Effective priority"), 10)),
      since: known(Number.parseFloat(value("Last transition"))),
      turns: undefined,
      addresses: listedUnder(lines, /^ {3}Virtual IP/),
    };
  });
}

/** The entries of all lists with such a title. */
function listedUnder(lines: readonly string[], title: RegExp): readonly string[] {
  let isInside = false;
  return lines.flatMap((line) => {
    if (!line.startsWith("     ")) isInside = title.test(line);
    return isInside && line.startsWith("     ") ? [line.trim()] : [];
  });
}
