import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import type { Log } from "./log.ts";

/** What a log line is about, as `Log` names it. */
type Level = "error" | "warning" | "info" | "debug";

/** syslog priorities, which journald and s6's or runit's loggers read from `<N>` (sd-daemon(3)). */
const PRIORITY = { error: 3, warning: 4, info: 6, debug: 7 } as const satisfies Record<Level, number>;

/** Zabbix's DebugLevel from which a line is shown. As with the agents, plain information is shown at every level. */
const SHOWN_FROM = { error: 2, warning: 3, info: 0, debug: 4 } as const satisfies Record<Level, number>;

/** The same text is written once in this time, and once more with the number of its repeats. */
const REPEAT_SECONDS = 60;
const MOST_REMEMBERED = 256;
/** UTF-16 units: below PIPE_BUF (4096 bytes) in any script, so that a pipe takes a line whole or not at all. */
const LONGEST_LINE = 1300;

/** Where lines end up. */
export interface Sink {
  /** Takes one whole line with its line feed; false when it could not. Never blocks, never throws. */
  write(line: string): boolean;
  close(): void;
}

export interface LineLogOptions {
  /** Zabbix's DebugLevel, 0 to 5. */
  readonly debugLevel: number;
  /** Puts `<N>` before each line: for journald and loggers, not for terminals. */
  readonly prefix: boolean;
  readonly sink: Sink;
  /** Monotonic seconds. */
  readonly now: () => number;
}

interface Repeats {
  readonly level: Level;
  readonly until: number;
  count: number;
}

/** A `Log` of one line each: priority prefix, DebugLevel, repeats of one text counted instead of written. */
export class LineLog implements Log {
  readonly #options: LineLogOptions;
  /** By text, in the order of their first writing and therefore of `until`. */
  readonly #remembered = new Map<string, Repeats>();
  #lost = 0;
  /** Zabbix's DebugLevel; a reload of the configuration may change it. */
  debugLevel: number;

  constructor(options: LineLogOptions) {
    this.#options = options;
    this.debugLevel = options.debugLevel;
  }

  error(text: string): void {
    this.#log("error", text);
  }

  warning(text: string): void {
    this.#log("warning", text);
  }

  info(text: string): void {
    this.#log("info", text);
  }

  debug(text: string): void {
    this.#log("debug", text);
  }

  /** Writes the repeats that were only counted so far. Each text is then new again: somebody waits to read it. */
  renew(): void {
    this.#forget(Infinity);
  }

  /** Writes the repeats that were only counted so far, and closes the sink. */
  close(): void {
    this.renew();
    this.#options.sink.close();
  }

  #log(level: Level, text: string): void {
    if (this.debugLevel < SHOWN_FROM[level]) return;
    const now = this.#options.now();
    this.#forget(now);
    const repeats = this.#remembered.get(text);
    if (repeats !== undefined) {
      repeats.count += 1;
      return;
    }
    if (this.#remembered.size < MOST_REMEMBERED) {
      this.#remembered.set(text, { level, until: now + REPEAT_SECONDS, count: 0 });
    }
    this.#write(level, text);
  }

  #forget(now: number): void {
    for (const [text, { level, until, count }] of this.#remembered) {
      if (until > now) return;
      this.#remembered.delete(text);
      if (count > 0) this.#write(level, `${text} (${count} more in ${REPEAT_SECONDS} s)`);
    }
  }

  #write(level: Level, text: string): void {
    if (this.#lost > 0 && this.#put("warning", `Lost ${this.#lost} log lines: nobody took them.`)) this.#lost = 0;
    if (!this.#put(level, text)) this.#lost += 1;
  }

  #put(level: Level, text: string): boolean {
    const prefix = this.#options.prefix ? `<${PRIORITY[level]}>` : "";
    return this.#options.sink.write(`${prefix}${oneLine(text)}\n`);
  }
}

/** Control characters would forge lines or move a terminal's cursor. */
function oneLine(text: string): string {
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}...` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const shown = cut.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
  return shown.trimEnd();
}

/**
 * Lines to a file descriptor of this process, which is standard error.
 *
 * A pipe whose reader has stopped (a logger with a full disk) must not stop the daemon: it is opened a second time
 * without blocking. Setting O_NONBLOCK on the descriptor itself would set it for every process that shares it.
 */
export function descriptorSink(descriptor: number): Sink {
  const own = openUnblocked(descriptor);
  return {
    write: (line) => wrote(own ?? descriptor, line),
    close: () => {
      if (own !== undefined) closeSync(own);
    },
  };
}

function openUnblocked(descriptor: number): number | undefined {
  try {
    if (!fstatSync(descriptor).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function wrote(descriptor: number, line: string): boolean {
  try {
    writeSync(descriptor, line);
    return true;
  } catch {
    return false;
  }
}
