/** How a keepalived was started. */
export interface Started {
  /** As it stands there: perhaps relative to where it was started. */
  readonly config: string | undefined;
  /** Network namespace in which it works; undefined: the one it was started in. */
  readonly namespace: string | undefined;
  readonly vrrpPidFile: string | undefined;
  /** What stands for "@" lines in its configuration; undefined: the machine's name. */
  readonly configId: string | undefined;
}

/** Letters of options that take a word of their own, long names of them, and of those that end at once. */
const WITH_WORD: Readonly<Record<string, string>> = {
  f: "use-file",
  S: "log-facility",
  u: "umask",
  p: "pid",
  r: "vrrp_pid",
  c: "checkers_pid",
  b: "bfd_pid",
  A: "snmp-agent-socket",
  s: "namespace",
  M: "core-dump-pattern",
  i: "config-id",
};
const ONLY_TELLS = ["config-test", "signum", "version", "help", "genhash"];
const TELLING_LETTERS = /[tvhT]/;

/** Reads the words of a process; undefined when they are not those of a keepalived that stays. */
export function parseCommandLine(words: readonly string[]): Started | undefined {
  const [program = "", ...rest] = words;
  if (program.slice(program.lastIndexOf("/") + 1) !== "keepalived") return undefined;
  const options = optionsOf(rest);
  if (options === undefined) return undefined;
  return {
    config: options.get("use-file"),
    namespace: options.get("namespace"),
    vrrpPidFile: options.get("vrrp_pid"),
    configId: options.get("config-id"),
  };
}

/** Values by long name; undefined when it only tells something and ends. */
function optionsOf(words: readonly string[]): ReadonlyMap<string, string> | undefined {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const { name, value, isTelling } = optionOf(words[at] ?? "");
    if (isTelling) return undefined;
    if (name !== undefined) options.set(name, value ?? words[++at] ?? "");
  }
  return options;
}

/** One word. `name`: it takes a value, which is the next word unless it stands here. */
function optionOf(word: string): { readonly name?: string; readonly value?: string; readonly isTelling?: boolean } {
  if (word.startsWith("--")) return longOption(word.slice(2));
  if (!/^-./.test(word)) return {};
  const letters = word.slice(1);
  const at = [...letters].findIndex((letter) => WITH_WORD[letter] !== undefined);
  const flags = at < 0 ? letters : letters.slice(0, at);
  if (TELLING_LETTERS.test(flags)) return { isTelling: true };
  const name = WITH_WORD[letters[at] ?? ""];
  const value = letters.slice(at + 1);
  return name === undefined ? {} : { name, ...(value === "" ? {} : { value }) };
}

function longOption(text: string): ReturnType<typeof optionOf> {
  const [name = "", value] = text.split(/=(.*)/s);
  if (ONLY_TELLS.includes(name)) return { isTelling: true };
  if (!Object.values(WITH_WORD).includes(name)) return {};
  return { name, ...(value === undefined ? {} : { value }) };
}
