import type { Io } from "../../io/io.ts";
import { matchesWildcard } from "../../words/wildcard.ts";

// lighttpd.conf, as far as it says where the status page is: assignments of plain values, blocks with their conditions,
// and includes of files. What a program or an expression would have to tell is not known.
//
//   statement := name ("=" | ":=") value | "include" string | condition block
//   condition := "$" "HTTP" "[" string "]" ("==" | "=~" | ...) string
//   value     := string | integer | anything else

/** The plain values that lighttpd would use for a request from this machine: by directive, such as "server.port". */
export type Settings = ReadonlyMap<string, string>;

const MOST_FILES = 100;
/** Of all files together: they are read in one go. */
const MOST_CHARACTERS = 2 ** 17;
const DEEPEST = 8;

/**
 * Comments, strings, names, operators, brackets, integers; anything else is one token of its own. A string that does not
 * end takes all that is left, or each quote in it would be a new try.
 */
const TOKENS = /#[^\n]*|"((?:[^"\\]|\\[\s\S]?)*)(?:"|$)|[A-Za-z_][\w.-]*|\d+|\+=|:=|==|=~|=>|!=|!~|\S/g;

/** A token as it stands there; a string begins with its quote and has lost the closing one. */
type Token = string;

/** Reads a configuration with what it includes; undefined when the file itself cannot be read. */
export function readConf(io: Io, path: string): Settings | undefined {
  const text = io.readText(path);
  if (text === undefined) return undefined;
  const reader = new ConfReader(io, path.slice(0, path.lastIndexOf("/")));
  reader.read(text, 0);
  return reader.settings;
}

class ConfReader {
  readonly settings = new Map<string, string>();
  readonly #io: Io;
  readonly #home: string;
  #files = 0;
  #left = MOST_CHARACTERS;
  /** Whether the blocks around hold for a request from this machine, innermost last. */
  readonly #blocks: boolean[] = [];

  constructor(io: Io, home: string) {
    this.#io = io;
    this.#home = home;
  }

  read(text: string, depth: number): void {
    this.#left -= text.length;
    if (this.#left < 0) return;
    const tokens = tokensOf(text);
    for (const [at, token] of tokens.entries()) {
      if (token === "{") this.#blocks.push(isLocal(tokens.slice(Math.max(0, at - 7), at)));
      else if (token === "}") this.#blocks.pop();
      else if (token === "include" && tokens[at + 1]?.startsWith('"')) this.#include(plain(tokens[at + 1]), depth);
      else if (token === "=" || token === ":=") this.#assign(tokens.slice(at - 1, at + 3));
    }
  }

  #assign([name = "", , value = "", next = ""]: readonly Token[]): void {
    const isPlain = /^["\d]/.test(value) && next !== "+";
    if (isPlain && this.#blocks.every((holds) => holds)) this.settings.set(name, plain(value));
  }

  #include(path: string, depth: number): void {
    for (const file of this.#matching(path.startsWith("/") ? path : `${this.#home}/${path}`)) {
      if (depth >= DEEPEST || this.#files++ >= MOST_FILES) return;
      const text = this.#io.readText(file);
      if (text !== undefined) this.read(text, depth + 1);
    }
  }

  /** Only the last part of a path may have stars in it. */
  #matching(path: string): readonly string[] {
    const slash = path.lastIndexOf("/");
    const [directory, pattern] = [path.slice(0, slash), path.slice(slash + 1)];
    if (!pattern.includes("*")) return [path];
    const isMeant = (name: string) => !name.startsWith(".") && matchesWildcard(name, pattern);
    const names = (this.#io.list(directory) ?? []).filter(isMeant);
    return [...names].sort().map((name) => `${directory}/${name}`);
  }
}

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(TOKENS)].flatMap(([token, string]) => {
    if (token.startsWith("#")) return [];
    return [string === undefined ? token : `"${string}`];
  });
}

function plain(token: Token | undefined): string {
  return token?.startsWith('"') ? token.slice(1).replace(/\\(.)/g, "$1") : (token ?? "");
}

/** `$ HTTP [ "remoteip ] == "127.0.0.1`: only conditions that this machine meets are sure to hold. */
function isLocal(before: readonly Token[]): boolean {
  const [dollar, http, , field, , operator, address] = before;
  const isRemote = dollar === "$" && http === "HTTP" && field === '"remoteip';
  return (
    isRemote && (operator === "==" || operator === "=~") && plain(address).replace(/\\/g, "").includes("127.0.0.1")
  );
}
