import { ACTION_QUEUE_SIZE, type QueueSettings, queueSettings } from "./queue-settings.ts";
import type { Statement } from "./statements.ts";

/** How impstats was loaded. */
export interface StatsSettings {
  readonly interval: number | undefined;
  readonly resetCounters: boolean;
  /** The file that it writes by itself; undefined: its records go through rsyslogd like any message. */
  readonly file: string | undefined;
  readonly format: string | undefined;
}

/** A part of rsyslogd's configuration that could not be read, and why. */
export interface Unread {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

/** What rsyslogd's configuration says of its queues and statistics. */
export interface Configuration {
  /** By the queue's name in the statistics. */
  readonly queues: ReadonlyMap<string, QueueSettings>;
  readonly workDirectory: string | undefined;
  readonly stats: StatsSettings | undefined;
  readonly unread: readonly Unread[];
}

export const MAIN_QUEUE = "main Q";
/** impstats' own, in seconds. */
export const STATS_INTERVAL = 300;

/**
 * @param unread with such parts the numbers in the names of unnamed actions are not known: their queues are left out
 */
export function configurationOf(statements: readonly Statement[], unread: readonly Unread[]): Configuration {
  const made = new Maker(unread.length > 0);
  for (const statement of statements) made.take(statement);
  return { queues: made.queues, workDirectory: made.workDirectory, stats: made.stats, unread };
}

const MAIN_PREFIX = "mainmsgqueue";
const ACTION_PREFIX = "actionqueue";

class Maker {
  readonly queues = new Map<string, QueueSettings>();
  workDirectory: string | undefined;
  readonly #hidesActions: boolean;
  #stats: Map<string, string> | undefined;
  #actions = 0;
  /** Legacy directives that hold for the next action line. */
  #pending = new Map<string, string>();
  #pendingName: string | undefined;
  readonly #main = new Map<string, string>();

  constructor(hidesActions: boolean) {
    this.#hidesActions = hidesActions;
  }

  get stats(): StatsSettings | undefined {
    if (this.#stats === undefined) return undefined;
    const interval = Number(this.#stats.get("interval"));
    return {
      interval: interval > 0 ? interval : undefined,
      resetCounters: isOn(this.#stats.get("resetcounters")),
      file: this.#stats.get("log.file"),
      format: this.#stats.get("format"),
    };
  }

  take(statement: Statement): void {
    if (statement.kind === "object") this.#object(statement.name, statement.parameters);
    else if (statement.kind === "directive") this.#directive(statement.name, statement.value);
    else this.#actionLine(statement.text);
  }

  #object(name: string, parameters: ReadonlyMap<string, string>): void {
    if (name === "global") this.workDirectory = parameters.get("workdirectory") ?? this.workDirectory;
    else if (name === "module" && parameters.get("load") === "impstats") this.#stats = new Map(parameters);
    else if (name === "main_queue") this.#queue(MAIN_QUEUE, queueParameters(parameters));
    else if (name === "ruleset") this.#queue(parameters.get("name") ?? "", queueParameters(parameters));
    else if (name === "action") this.#actionObject(parameters);
  }

  #directive(name: string, value: string): void {
    if (name === "workdirectory") this.workDirectory = value;
    else if (name === "modload" && value === "impstats") this.#stats ??= new Map();
    else if (name === "pstatinterval") this.#stats?.set("interval", value);
    else if (name === "actionname") this.#pendingName = value;
    else if (name.startsWith(ACTION_PREFIX)) this.#pending.set(name.slice(ACTION_PREFIX.length), value);
    else if (name.startsWith(MAIN_PREFIX)) {
      this.#main.set(name.slice(MAIN_PREFIX.length), value);
      this.#queue(MAIN_QUEUE, this.#main);
    }
  }

  #actionObject(parameters: ReadonlyMap<string, string>): void {
    const type = parameters.get("type") ?? "";
    this.#action(
      parameters.get("name"),
      BUILTIN.includes(type) ? `builtin:${type}` : type,
      queueParameters(parameters),
    );
  }

  #actionLine(text: string): void {
    this.#action(this.#pendingName, moduleOf(text), this.#pending);
    this.#pending = new Map();
    this.#pendingName = undefined;
  }

  /** Unnamed actions are numbered in the order in which they stand. */
  #action(given: string | undefined, module: string, parameters: ReadonlyMap<string, string>): void {
    const number = this.#actions++;
    if (given === undefined && this.#hidesActions) return;
    const name = given ?? `action-${number}-${module}`;
    this.#queue(`${name} queue`, parameters, ACTION_QUEUE_SIZE);
  }

  #queue(name: string, parameters: ReadonlyMap<string, string>, usualSize?: number): void {
    const settings = queueSettings(parameters);
    if (settings !== undefined && name !== "") {
      this.queues.set(name, parameters.has("size") ? settings : { ...settings, size: usualSize });
    }
  }
}

function queueParameters(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = [...parameters].filter(([name]) => name.startsWith("queue."));
  return new Map(own.map(([name, value]) => [name.slice("queue.".length), value]));
}

const BUILTIN = ["omfile", "omfwd", "ompipe", "omshell", "omusrmsg", "omdiscard"];
/** What an action line begins with, and the module that does it. */
const LINES: readonly (readonly [RegExp, string])[] = [
  [/^:(\w+):/, "$1"],
  [/^-?\/|^\?|^-\?/, "omfile"],
  [/^@/, "omfwd"],
  [/^\|/, "ompipe"],
  [/^\^/, "omshell"],
];

function moduleOf(text: string): string {
  const [pattern, name = "omusrmsg"] = LINES.find(([begins]) => begins.test(text)) ?? [];
  const module = name === "$1" ? (pattern?.exec(text)?.[1] ?? "") : name;
  return BUILTIN.includes(module) ? `builtin:${module}` : module;
}

function isOn(text: string | undefined): boolean {
  return text === "on" || text === "yes" || text === "true" || text === "1";
}
