/** What we know of a service, as far as its own tool says it, too. */
export interface Known {
  readonly up: boolean;
  readonly pid: number | undefined;
  readonly want: string;
  readonly normallyUp: boolean | undefined;
  readonly paused: boolean;
  /** Words of s6-svstat; undefined for tools that do not say it. */
  readonly ended?: string;
}

export interface Said {
  /** Without the age: "up (pid 12) S seconds, normally down". */
  readonly words: string;
  readonly age: number;
}

/** What svstat or s6-svstat would say of it. */
export function toolWords({ up, pid, want, normallyUp, paused, ended }: Known): string {
  return [
    up ? `up (pid ${pid}) S seconds` : `down ${ended === undefined ? "" : `(${ended}) `}S seconds`,
    ...(up === normallyUp ? [] : [`normally ${normallyUp ? "up" : "down"}`]),
    ...(paused ? ["paused"] : []),
    ...(want === (up ? "down" : "up") ? [`want ${want}`] : []),
  ].join(", ");
}

/** Output of svstat or s6-svstat without what we do not keep: process group and readiness. */
export function wordsOfSvstat(output: string): Said {
  const said = output
    .trim()
    .replace(/^\/\S+: /, "")
    .replace(/ pgid \d+/, "")
    .replace(/, ready \d+ seconds/, "");
  return {
    words: said.replace(/\d+ seconds/, "S seconds"),
    age: Number(/(\d+) seconds/.exec(said)?.[1] ?? Number.NaN),
  };
}

/** Output of sv status for one directory, in the words of svstat. `finish:` stays as it is; TERM's being sent is left out. */
export function wordsOfSv(output: string): Said {
  const [, state = "", pid, age = "", more = ""] =
    /^(\w+): \S+: (?:\(pid (\d+)\) )?(\d+)s([^;]*?)(?:;.*)?\n$/.exec(output) ?? [];
  const first = { run: `up (pid ${pid})`, down: "down" }[state] ?? state;
  return { words: `${first} S seconds${more.replace(", got TERM", "")}`, age: Number(age) };
}
