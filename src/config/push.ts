import { hostName } from "./agent-kinds.ts";
import { duration, repeatable, text } from "./kinds.ts";
import { type Directives, directive, type Kind, type SectionSpec, type Values } from "./spec.ts";

/** Grammars of other rooms: taken as they are here and parsed there. */
const servers: Kind<string> = { ...text, syntax: "HOST[:PORT], nodes of one cluster separated by ;" };
const keyPattern: Kind<string> = { ...text, syntax: "item key, * for any text" };
const host: Kind<string | undefined> = hostName;
const server: Kind<string | undefined> = servers;

const MINUTE = 60;
const DAY = 86_400;

/** One destination of values for trapper items. */
const NAMED = {
  Server: directive({
    kind: server,
    fallback: undefined,
    doc: "Zabbix server or proxy whose trapper takes the values. Port 10051 unless given.",
  }),
  Host: directive({
    kind: host,
    fallback: undefined,
    doc: "Name of the host in Zabbix that has the trapper items.",
  }),
  Keys: directive({
    kind: repeatable(keyPattern),
    fallback: [],
    doc: "Item keys to push, also as patterns that the standard keys are searched for: memcached.* is all of memcached.",
  }),
  Interval: directive({
    kind: duration(1, DAY),
    fallback: MINUTE,
    doc: "How often values are pushed, rounded up to whole ticks of Schedule. Each has the time of its own sample.",
  }),
} satisfies Directives;

/** What the file says for one destination; complete when the section was accepted. */
export type PushValues = Values<typeof NAMED>;

/** `Push.<name>.*`: values for trapper items of a host that an agent watches already. */
export const PUSH = {
  prefix: "Push",
  general: {},
  named: NAMED,
  check: (_name: string, { Server, Host, Keys }: PushValues) => {
    if (Server === undefined) return "Server is missing: nobody to push to";
    if (Host === undefined) return "Host is missing: the values need a host in Zabbix";
    return Keys.length === 0 ? "Keys is missing: nothing to push" : undefined;
  },
} satisfies SectionSpec<Record<never, never>, typeof NAMED>;
