import { posix } from "node:path";

/** Text of each source file by its path from the project's root: "src/ring/ring.ts". */
export type Tree = ReadonlyMap<string, string>;

/** What a room may use beside its own files. */
interface Room {
  /** A room or one of its files: "ring", "ring/answer". */
  readonly rooms: readonly string[];
  /** Packages, and the modules of Node that reach the world. */
  readonly modules: readonly string[];
}

/** For every room: the words of error texts, and what of Node only computes. */
const WORDS = "words";
const PURE = ["node:buffer", "node:crypto", "node:events", "node:util", "node:zlib"];

const FILES = ["node:fs", "node:fs/promises", "node:path"];
const NETWORK = ["node:dns", "node:dns/promises", "node:net", "node:stream", "node:tls"];
const YIELD = "node:timers/promises"; // setImmediate: lets other work in between

const ROOMS: Readonly<Record<string, Room>> = {
  words: { rooms: [], modules: [] },
  ring: { rooms: [], modules: [] },
  zabbix: { rooms: ["ring/answer"], modules: [] },
  journal: { rooms: ["ring/answer", "io/make-directory"], modules: [...FILES, "node:child_process"] }, // flock(1): Node cannot lock
  io: { rooms: ["ring"], modules: [...FILES, ...NETWORK, "node:dgram", "node:os"] },
  derive: { rooms: ["ring"], modules: [] },
  items: { rooms: ["ring", "zabbix/key", "zabbix/access"], modules: [] },
  config: { rooms: ["ring/answer"], modules: [...FILES, "node:net"] }, // net: isIP
  sources: { rooms: ["ring", "derive", "items", "config", "io"], modules: ["node:stream", "memjs"] },
  schedule: { rooms: ["ring", "journal", "io", "sources/source"], modules: ["node-cron"] },
  outbox: { rooms: ["journal", "ring/answer"], modules: [] },
  transports: { rooms: ["ring", "items", "zabbix", "outbox", "config", "io"], modules: [...FILES, ...NETWORK, YIELD] },
  plugin: {
    rooms: ["zabbix", "ring/answer", "io/make-directory"],
    modules: [...FILES, ...NETWORK, YIELD, "node:child_process", "node:os", "node:readline", "node:url", "node:v8"],
  },
  catalog: { rooms: ["items"], modules: ["yaml"] },
};

/** Rooms that wire the others together: they may import all. */
const WIRING = ["cli", ""];

const MOST_LINES = 400;

/** One sentence per break of the table above, import cycle, default export, unknown room or file over 400 lines. */
export function violations(tree: Tree): readonly string[] {
  return [...[...tree].flatMap(([path, text]) => fileViolations(path, text, tree)), ...cycles(tree)];
}

function fileViolations(path: string, text: string, tree: Tree): readonly string[] {
  const found = imported(text).flatMap((target) => {
    const reason = isRelative(target) ? wrongFile(path, resolve(path, target), tree) : wrongModule(path, target);
    return reason === undefined ? [] : [`${path} imports ${target}: ${reason}`];
  });
  found.push(...tooLong(path, text));
  if (/^export default\b/m.test(text)) found.push(`${path} has a default export`);
  if (!WIRING.includes(roomOf(path)) && ROOMS[roomOf(path)] === undefined) {
    found.push(`${path} is in no room that the table knows`);
  }
  return found;
}

/** Also for files outside src: a sentence when a file wants to be two. */
export function tooLong(path: string, text: string): readonly string[] {
  const lines = text.split("\n").length - 1;
  return lines > MOST_LINES ? [`${path} has ${lines} lines; more than ${MOST_LINES} want to be two files`] : [];
}

/** The modules a file imports or re-exports, in order, as they are written. Types count: they are knowledge, too. */
export function imported(text: string): string[] {
  const statements = /^(?:import|export)\b(?:[^;"']*?\bfrom)?\s*["']([^"']+)["']/gm;
  const calls = /\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(statements), ...text.matchAll(calls)].flatMap(([, target]) => target ?? []);
}

function wrongFile(from: string, to: string, tree: Tree): string | undefined {
  const room = roomOf(from);
  if (WIRING.includes(room) && to === "package.json") return undefined; // the version is said once
  if (!tree.has(to)) return "there is no such file in src";
  if (WIRING.includes(room)) return undefined;
  if (room === "sources" && roomOf(to) === "sources") return wrongSource(from, to);
  if (room === roomOf(to)) return undefined;
  const allowed = ROOMS[room]?.rooms ?? [];
  if ([WORDS, ...allowed].some((name) => isWithin(to, name))) return undefined;
  return `${room} may import ${allowed.join(", ") || "no other room"}`;
}

/** A source knows the contract and itself; only the list knows them all. */
function wrongSource(from: string, to: string): string | undefined {
  if (from === "src/sources/all.ts" || to === "src/sources/source.ts" || sourceOf(from) === sourceOf(to))
    return undefined;
  return "one source may not import another";
}

function wrongModule(from: string, name: string): string | undefined {
  const room = roomOf(from);
  if (WIRING.includes(room)) return undefined;
  const allowed = ROOMS[room]?.modules ?? [];
  if ([...PURE, ...allowed].includes(name)) return undefined;
  return `${room} may reach ${allowed.join(", ") || "nothing outside"}`;
}

/** Each cycle once, as the chain of its files. */
function cycles(tree: Tree): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
    if (trail.includes(path) || done.has(path)) return;
    const targets = imported(tree.get(path) ?? "").filter(isRelative);
    for (const target of targets) visit(resolve(path, target), [...trail, path]);
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return found;
}

/** First folder under src; "" for the files that lie in src itself. */
function roomOf(path: string): string {
  const [, room = "", rest] = path.split("/");
  return rest === undefined ? "" : room;
}

/** "memcached" for src/sources/memcached.ts and src/sources/memcached/wire.ts alike. */
function sourceOf(path: string): string {
  return (path.split("/")[2] ?? "").replace(/\.ts$/, "");
}

function isWithin(path: string, name: string): boolean {
  return path.startsWith(`src/${name}/`) || path === `src/${name}.ts`;
}

function isRelative(target: string): boolean {
  return target.startsWith(".");
}

function resolve(from: string, target: string): string {
  return posix.join(posix.dirname(from), target);
}
