import { existsSync } from "node:fs";
import { type Config, loadConfig, problemAt } from "../config/apply.ts";
import { accessLines, CORE, type Core } from "../config/core.ts";
import { diskFiles } from "../config/files.ts";
import { PUSH } from "../config/push.ts";
import { type Problem, problemText } from "../config/reader.ts";
import type { Section } from "../config/spec.ts";
import { tlsFaults } from "../config/tls-faults.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { schemaOf } from "../ring/schema.ts";
import { stepSeconds } from "../schedule/cron.ts";
import { SOURCES } from "../sources/all.ts";
import { parseServerActive, type ServerActive } from "../transports/active/server-active.ts";
import { compilePeers, type Peers } from "../transports/peers.ts";
import { type Compiled, compileTls, type Tls } from "../transports/tls/compile.ts";
import { megabytes } from "../words/megabytes.ts";
import { nearest } from "../words/nearest.ts";
import { type Access, compileAccess } from "../zabbix/access.ts";
import { compileAliases } from "../zabbix/alias.ts";
import { parseKey } from "../zabbix/key.ts";
import { type PushSettings, pushSettings } from "./push-settings.ts";

/** A configuration in which every directive has been understood. */
export interface Settings {
  /** The file, or undefined when there is none and every directive has its default. */
  readonly path: string | undefined;
  readonly core: Core;
  readonly sections: ReadonlyMap<string, Section>;
  /** Seconds of one slot, and how many slots the ring keeps: one more than History has, for both ends of a window. */
  readonly step: number;
  readonly slots: number;
  readonly access: Access;
  readonly alias: (key: string) => string;
  readonly peers: Peers;
  readonly tls: Tls;
  readonly active: readonly ServerActive[];
  readonly pushes: readonly PushSettings[];
}

const DEFAULT_PATH = "/etc/tidemark/tidemark.conf";

/**
 * Reads the configuration whole.
 * @param path as given on the command line; undefined means the default file when it is there, else no file
 * @returns malformed with one line per problem, each with file and line
 */
export function readSettings(path: string | undefined): Parsed<Settings> {
  const file = path ?? (existsSync(DEFAULT_PATH) ? DEFAULT_PATH : undefined);
  const applied = loadConfig(file, CONFIG_SPEC, diskFiles);
  if (applied.kind === "refused") return malformed(applied.problems.map(problemText).join("\n"));
  return settingsOf(file, applied.config);
}

/** What a configuration may say: tidemark's own directives, one section per source and one for pushing. */
const CONFIG_SPEC = { core: CORE, sections: [...SOURCES.map(({ section }) => section), PUSH] };

function settingsOf(path: string | undefined, { core, sections, entries }: Config<typeof CORE>): Parsed<Settings> {
  const problems: Problem[] = [];
  const take = <T>(name: string, parsed: Parsed<T>): T | undefined => {
    if (parsed.kind === "ok") return parsed.value;
    problems.push(problemAt(path ?? "configuration", entries, { name, text: parsed.reason }));
    return undefined;
  };
  const step = take("Schedule", stepSeconds(core.Schedule));
  const slots = step === undefined ? undefined : take("History", slotsOf(core.History, step));
  if (slots !== undefined) {
    const limit = ["RingMemory", "History"].find((name) => entries.some((entry) => entry.name === name));
    take(limit ?? "RingMemory", ringMemory(core.RingMemory, slots, sections));
  }
  const rules = accessLines(entries);
  const access = take(rules.at(-1)?.allow === false ? "DenyKey" : "AllowKey", compileAccess(rules));
  const alias = take("Alias", compileAliases(core.Alias));
  const peers = take("Server", compilePeers(core.Server.join(",")));
  const tls = tlsOf(core, entries);
  if (tls.kind === "refused") for (const { name, text } of tls.faults) take(name, malformed(text));
  const active = take("ServerActive", activeServers(core));
  for (const key of core["UserParameter.Keys"]) take("UserParameter.Keys", ourKey(key, alias));
  const pushes = pushSettings(sections.get(PUSH.prefix), (key) => ourKey(key, alias), take);
  if (
    problems.length > 0 ||
    step === undefined ||
    slots === undefined ||
    access === undefined ||
    alias === undefined ||
    peers === undefined ||
    active === undefined ||
    tls.kind === "refused"
  ) {
    return malformed(problems.map(problemText).join("\n"));
  }
  return ok({ path, core, sections, step, slots, access, alias, peers, tls: tls.value, active, pushes });
}

/** Key and certificate are read anew each time: SIGHUP is what tells that they were renewed. */
function tlsOf(core: Core, entries: Config<typeof CORE>["entries"]): Compiled {
  const faults = tlsFaults(core, (name) => entries.some((entry) => entry.name === name));
  return faults.length > 0 ? { kind: "refused", faults } : compileTls(core, diskFiles);
}

/** The host's own agent goes by the name of the machine: asked by that name, a server sends that agent's items. */
function activeServers({ ServerActive, Hostname }: Core): Parsed<readonly ServerActive[]> {
  if (ServerActive.length === 0 || Hostname !== undefined) return parseServerActive(ServerActive);
  return malformed(
    "needs Hostname, the name of a Zabbix host of tidemark's own; the machine's name is that of the host whose items its Zabbix agent has",
  );
}

/** One of our keys or an alias of one. Whether its parameters are right shows when it is asked. */
function ourKey(key: string, alias: Settings["alias"] = (asked) => asked): Parsed<undefined> {
  const parsed = parseKey(alias(key));
  if (parsed.kind === "malformed")
    return malformed(`"${key}" is not the form of an item key: NAME or NAME[PARAMETER,...]`);
  const { name } = parsed.value;
  const names = SOURCES.flatMap(({ items }) => items.map((item) => item.key));
  if (names.includes(name)) return ok(undefined);
  const meant = nearest(name, names);
  return malformed(`unknown item key "${name}"${meant === undefined ? "" : `. Did you mean "${meant}"?`}`);
}

/** Slab classes and the like that a usual target has. */
const USUAL_PARTS = 10;
const CELL_BYTES = 8;

/** Refuses a history that would take more memory than allowed, and shows the arithmetic. */
function ringMemory(allowed: number, slots: number, sections: ReadonlyMap<string, Section>): Parsed<undefined> {
  const terms = SOURCES.map(({ name, fields, section }) => {
    const { general, part } = schemaOf(fields);
    const targets = Math.max(1, sections.get(section.prefix)?.named.size ?? 0);
    return { name, targets, columns: general.size + USUAL_PARTS * part.size };
  });
  const needed = terms.reduce((sum, { targets, columns }) => sum + targets * columns * slots * CELL_BYTES, 0);
  if (needed <= allowed) return ok(undefined);
  const sum = terms.map(({ name, targets, columns }) => `${targets} ${name} x ${columns} columns`).join(" + ");
  return malformed(
    `the history needs ${megabytes(needed)}, RingMemory allows ${megabytes(allowed)}; raise it or shorten History: ` +
      `(${sum}) x ${slots} slots x ${CELL_BYTES} bytes`,
  );
}

function slotsOf(history: number, step: number): Parsed<number> {
  const steps = Math.floor(history / step);
  return steps < 1 ? malformed(`shorter than one tick of ${step} s`) : ok(steps + 1);
}
