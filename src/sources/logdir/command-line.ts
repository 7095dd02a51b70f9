import type { BytePath } from "../../io/local-files.ts";

export const LOGGERS = ["multilog", "svlogd", "s6-log"] as const;

export type Logger = (typeof LOGGERS)[number];

/** The supervisor that a logger comes with. */
export const SUPERVISOR_OF = { multilog: "daemontools", svlogd: "runit", "s6-log": "s6" } as const;

/** A logger as it was called. Directories may be relative to where it was started. */
export interface Called {
  readonly logger: Logger;
  readonly directories: readonly BytePath[];
}

/** Reads the words of a process: argv[0] names the program, or busybox and argv[1] its part. Undefined: no logger. */
export function parseArguments(words: readonly string[]): Called | undefined {
  const at = baseName(words[0] ?? "") === "busybox" ? 1 : 0;
  const logger = loggerNamed(words[at] ?? "");
  return logger === undefined ? undefined : { logger, directories: directoriesOf(logger, words.slice(at + 1)) };
}

/** What a script without loops and variables would start; words that only a shell could expand are left out. */
export function parseRunScript(text: string): readonly Called[] {
  const [, interpreter] = /^#!\s*(\S+)/.exec(text) ?? [];
  if (interpreter === undefined) return [];
  return commands(baseName(interpreter) === "execlineb" ? oneCommand(text) : text).flatMap(callIn);
}

/** execline has one command that runs over all lines. */
function oneCommand(text: string): string {
  return text.replace(/(^|[ \t])#.*$/gm, "").replace(/\n/g, " ");
}

/** A user may have the logger's name, too ("setuidgid multilog multilog t ./main"), so the last one counts. */
function callIn(words: readonly string[]): readonly Called[] {
  const at = words.findLastIndex((word, index) => index < words.length - 1 && loggerNamed(word) !== undefined);
  const called = at < 0 ? undefined : parseArguments(words.slice(at));
  return called === undefined || called.directories.length === 0 ? [] : [called];
}

function loggerNamed(word: string): Logger | undefined {
  return LOGGERS.find((logger) => logger === baseName(word));
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}

/** multilog and s6-log tell a directory from other words of their script by its first byte; svlogd has nothing else. */
function directoriesOf(logger: Logger, words: readonly string[]): readonly BytePath[] {
  return logger === "svlogd" ? operands(words) : words.filter((word) => /^[./]/.test(word));
}

/** svlogd's options that take a word of their own: -r c, -R characters, -l length, -b length. */
function operands(words: readonly string[]): readonly string[] {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return words.slice(at + 1);
    if (!/^-./.test(word)) return words.slice(at);
    if (/^-[tv]*[rRlb]$/.test(word)) at++;
  }
  return [];
}

/**
 * Comments and redirections, which are dropped; then quoted, escaped and plain parts of words, and what ends them;
 * last a quote that nothing closes.
 */
const PARTS =
  /(?<![^\s;&|(){}])(?:#[^\n]*|\d*[<>]+&?[ \t]*[^\s;&|]*)|\\\n|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([;&|(){}\n])|([ \t]+)|([^\s'"\\;&|(){}]+)|(['"])/gs;

/** The commands of a shell script as words. Only what run scripts of loggers are made of is understood. */
function commands(script: string): readonly (readonly string[])[] {
  const reader = new WordReader();
  for (const [, single, double, escaped, end, blank, plain, open] of script.matchAll(PARTS)) {
    if (open !== undefined) return [];
    if (end !== undefined) reader.endCommand();
    else if (blank !== undefined) reader.endWord();
    else if (double !== undefined) reader.add(double.replace(/\\(["\\$`])/g, "$1"), /[$`]/.test(double));
    else if (plain !== undefined) reader.add(plain, /[$`*?]/.test(plain));
    else if (single !== undefined) reader.add(single);
    else if (escaped !== undefined) reader.add(escaped);
  }
  reader.endCommand();
  return reader.commands;
}

/** Collects words; those with an expansion in them are dropped. */
class WordReader {
  readonly commands: (readonly string[])[] = [];
  #words: string[] = [];
  #word: string | undefined;
  #expands = false;

  add(text: string, expands = false): void {
    this.#word = (this.#word ?? "") + text;
    this.#expands ||= expands;
  }

  endWord(): void {
    const word = this.#word;
    if (word !== undefined && !this.#expands) this.#words.push(word);
    this.#word = undefined;
    this.#expands = false;
  }

  endCommand(): void {
    this.endWord();
    if (this.#words.length > 0) this.commands.push(this.#words);
    this.#words = [];
  }
}
