import { type Address, hostAddress, unixAddress } from "./address.ts";

/** What a memcached was started with, as far as it matters here. */
export interface Started {
  /** Undefined: it listens nowhere that can be known. */
  readonly address: Address | undefined;
  /** What -m, -c, -t and -I say, by their names in `stats settings`. */
  readonly expected: ReadonlyMap<string, string>;
}

/** Short options that take a value; the same in all versions, as far as they have them. */
const WITH_VALUE = "spmcuPUlftnDRCbaBIoYeN";

/** Long options for the short ones that matter, since 1.5. */
const LONG = new Map([
  ["port", "p"],
  ["unix-socket", "s"],
  ["listen", "l"],
  ["memory-limit", "m"],
  ["conn-limit", "c"],
  ["threads", "t"],
  ["max-item-size", "I"],
  ["enable-ssl", "Z"],
]);

const MIB = 2 ** 20;

/**
 * Reads the arguments of a process; undefined: it is no memcached server.
 * @param words argv, with the program first
 */
export function parseCommandLine(words: readonly string[]): Started | undefined {
  const [program = "", ...args] = words;
  if (program.slice(program.lastIndexOf("/") + 1) !== "memcached") return undefined;
  const options = readOptions(args);
  return { address: addressOf(options), expected: expectedOf(options) };
}

/** Values by short option; options without a value have "". Several -l count as one list. */
function readOptions(args: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const next = args[at + 1];
    const taken = word.startsWith("--") ? readLong(word, next, options) : readShort(word, next, options);
    if (taken) at++;
  }
  return options;
}

/** True: the next word is the value. */
function readLong(word: string, next: string | undefined, options: Map<string, string>): boolean {
  const [name = "", value] = word.slice(2).split(/=(.*)/s);
  const short = LONG.get(name);
  if (short === undefined) return false;
  const takesNext = value === undefined && WITH_VALUE.includes(short);
  note(options, short, value ?? (takesNext ? next : undefined) ?? "");
  return takesNext;
}

/** `-p 11212`, `-p11212` and `-dp 11212` alike. */
function readShort(word: string, next: string | undefined, options: Map<string, string>): boolean {
  if (!word.startsWith("-")) return false;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    if (!WITH_VALUE.includes(letter)) {
      note(options, letter, "");
      continue;
    }
    const rest = word.slice(at + 1);
    note(options, letter, rest === "" ? (next ?? "") : rest);
    return rest === "";
  }
  return false;
}

function note(options: Map<string, string>, letter: string, value: string): void {
  const before = options.get(letter);
  options.set(letter, letter === "l" && before !== undefined ? `${before},${value}` : value);
}

/** -s switches TCP off. Port -1 is a random one, 0 none. */
function addressOf(options: ReadonlyMap<string, string>): Address | undefined {
  const path = options.get("s");
  if (path !== undefined) return path.startsWith("/") ? unixAddress(path) : undefined;
  const listeners = (options.get("l") ?? "127.0.0.1").split(",").map((text) => readListener(text, options.get("p")));
  const usable = listeners.filter(({ port }) => port > 0 && port <= 65_535);
  const best =
    usable.find(({ host }) => host === "127.0.0.1") ?? usable.find(({ host }) => host === "::1") ?? usable[0];
  return best === undefined ? undefined : hostAddress(best.host, best.port, options.has("Z") ? "tls" : "tcp");
}

/** `address`, `address:port`, `[v6]:port`, `v6`. One that listens everywhere is asked over loopback. */
function readListener(text: string, port = "11211"): { readonly host: string; readonly port: number } {
  const plain = text.trim().replace(/^(notls|proto\[[^\]]*\]):/, "");
  const [, bracketed, name, own] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(plain) ?? [];
  const host = bracketed ?? name ?? plain;
  return { host: LOOPBACK.get(host) ?? host, port: Number(own ?? port) };
}

const LOOPBACK = new Map([
  ["", "127.0.0.1"],
  ["*", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["localhost", "127.0.0.1"],
  ["::", "::1"],
]);

function expectedOf(options: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, size, unit = ""] = /^(\d+)([kKmM]?)$/.exec(options.get("I") ?? "") ?? [];
  const factor = unit === "" ? 1 : unit.toLowerCase() === "k" ? 1024 : MIB;
  const meant = [
    ["maxbytes", wholeNumber(options.get("m"), MIB)],
    ["maxconns", wholeNumber(options.get("c"), 1)],
    ["num_threads", wholeNumber(options.get("t"), 1)],
    ["item_size_max", wholeNumber(size, factor)],
  ] as const;
  return new Map(meant.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const])));
}

function wholeNumber(text: string | undefined, factor: number): string | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? String(Number(text) * factor) : undefined;
}
