import type { PushValues } from "../config/push.ts";
import type { Section } from "../config/spec.ts";
import type { HostPort } from "../io/endpoint.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { SOURCES } from "../sources/all.ts";
import { parseServerActive } from "../transports/active/server-active.ts";
import { isPattern, mayMatch } from "../transports/push/keys.ts";

/** One `Push.<name>.*`. */
export interface PushSettings {
  readonly name: string;
  /** As it was written. */
  readonly server: string;
  readonly nodes: readonly [HostPort, ...HostPort[]];
  readonly host: string;
  readonly keys: readonly string[];
  readonly intervalSeconds: number;
}

/** Takes what has been parsed for one directive, or notes why it cannot be used. */
type Take = <T>(directive: string, parsed: Parsed<T>) => T | undefined;

/** All destinations of the section. `isOurs`: checks a key without a pattern. */
export function pushSettings(
  section: Section | undefined,
  isOurs: (key: string) => Parsed<undefined>,
  take: Take,
): readonly PushSettings[] {
  return [...(section?.named ?? [])].flatMap(([name, values]) => {
    const { Server = "", Host = "", Keys, Interval } = values as PushValues; // the section's own directives
    const entry = take(`Push.${name}.Server`, parseServerActive([Server]))?.[0];
    for (const key of Keys) take(`Push.${name}.Keys`, isPattern(key) ? patternOf(key) : isOurs(key));
    if (entry === undefined) return [];
    return [{ name, server: Server, nodes: entry.nodes, host: Host, keys: Keys, intervalSeconds: Interval }];
  });
}

function patternOf(pattern: string): Parsed<undefined> {
  const items = SOURCES.flatMap((source) => source.items);
  return items.some((item) => mayMatch(item, pattern)) ? ok(undefined) : malformed(`"${pattern}" matches no item key`);
}
