import { hostName, ipAddress } from "./agent-kinds.ts";
import { bytes, duration, integer, list, optional, path, repeatable, text, upTo, yesNo } from "./kinds.ts";
import type { Entry } from "./reader.ts";
import { type Directives, directive, type Kind, type Values } from "./spec.ts";
import { TLS } from "./tls.ts";

/** Grammars of their own, which belong to other rooms: the texts are taken as they are here and parsed there. */
const peer: Kind<string> = { ...text, syntax: "IP address, CIDR block or DNS name" };
const cronExpression: Kind<string> = { ...text, syntax: "cron expression of 5 or 6 fields" };
const itemKey: Kind<string> = { ...text, syntax: "item key" };
const keyPattern: Kind<string> = { ...text, syntax: "item key, * for any text" };
const alias: Kind<string> = { ...text, syntax: "NAME:KEY" };
const serverNodes: Kind<string> = { ...text, syntax: "ADDRESS[:PORT], several with ; between them" };
const metadata: Kind<string> = upTo(65_535);
const hostInterface: Kind<string> = upTo(255);
const includePath: Kind<string> = { ...text, syntax: "path" };

const MINUTE = 60;
const DAY = 86_400;
const MIB = 2 ** 20;

/** The directives of tidemark itself. Those that zabbix_agentd has too keep its name and meaning. */
export const CORE = {
  Server: directive({
    kind: list(peer, { atLeast: 0 }),
    fallback: ["127.0.0.1"],
    doc: "Who may send passive checks. Names are resolved when a peer connects. Empty: nobody.",
  }),
  ListenIP: directive({
    kind: list(ipAddress, { atLeast: 0 }),
    fallback: ["127.0.0.1"],
    doc: "Addresses on which passive checks are accepted. 0.0.0.0 is every IPv4 address of the machine, :: every address. Empty: none, no port is opened.",
  }),
  ListenPort: directive({
    kind: integer(1, 65_535),
    fallback: 10_055,
    doc: "Port for passive checks. 10050 belongs to the host's own agent.",
  }),
  Timeout: directive({
    kind: duration(1, 30),
    fallback: 3,
    doc: "How long one passive check and one sample of a target may take. Ticks closer together than this shorten it.",
  }),
  PeerRate: directive({
    kind: integer(0, 1_000_000),
    fallback: 10_000,
    doc: "Passive checks that one address may send each second, twice as many at once after a pause. What comes beyond is closed without an answer. 0: any number.",
  }),
  Hostname: directive({
    kind: optional(hostName),
    fallback: undefined,
    doc: "Name of the host in Zabbix that this tidemark stands for.",
  }),
  ServerActive: directive({
    kind: list(serverNodes, { atLeast: 0 }),
    fallback: [],
    doc: "Zabbix servers and proxies that are asked for active checks and get their values, each with a list of its own. Nodes of one cluster have a ; between them. Needs Hostname.",
  }),
  HostMetadata: directive({
    kind: optional(metadata),
    fallback: undefined,
    doc: "What autoregistration is told of this host. Zabbix 6.0 takes 255 characters.",
  }),
  HostInterface: directive({
    kind: optional(hostInterface),
    fallback: undefined,
    doc: "IP address or DNS name by which autoregistration shall make the interface of this host.",
  }),
  RefreshActiveChecks: directive({
    kind: duration(1, DAY),
    fallback: 5,
    doc: "How often the list of active checks is asked for.",
  }),
  HeartbeatFrequency: directive({
    kind: duration(0, 60 * MINUTE),
    fallback: MINUTE,
    doc: "How often a server is told that active checks run. 0: never.",
  }),
  BufferSend: directive({
    kind: duration(1, 60 * MINUTE),
    fallback: 5,
    doc: "How long values of active checks are gathered before they are sent. 250 of them are sent at once.",
  }),
  BackfillNewHost: directive({
    kind: duration(0, 31 * DAY),
    fallback: 0,
    doc: "How much of the past a host gets that has just appeared on a server. It may raise problems that are over.",
  }),
  DebugLevel: directive({
    kind: integer(0, 5),
    fallback: 3,
    doc: "Log lines written: 0 and 1 what starts and stops, 2 also errors, 3 also warnings, 4 and 5 everything.",
  }),
  AllowKey: directive({
    kind: repeatable(keyPattern),
    fallback: [],
    doc: "Item keys that are answered. AllowKey and DenyKey are tested in the order of the file, the first match decides.",
  }),
  DenyKey: directive({
    kind: repeatable(keyPattern),
    fallback: [],
    doc: "Item keys that are refused. A key that no rule matches is allowed.",
  }),
  Alias: directive({
    kind: repeatable(alias),
    fallback: [],
    doc: "A second name for an item key. With [*] on both sides the parameters are passed on.",
  }),
  Schedule: directive({
    kind: cronExpression,
    fallback: "* * * * *",
    doc: "When targets are sampled; a sixth field in front is seconds. The ticks must be evenly spaced.",
  }),
  History: directive({
    kind: duration(1, 31 * DAY),
    fallback: 60 * MINUTE,
    doc: "How far back samples are kept, and the longest window that a key may ask for.",
  }),
  RingMemory: directive({
    kind: bytes(MIB, 64 * 1024 * MIB),
    fallback: 128 * MIB,
    doc: "Memory that the kept samples may take. A History that needs more is refused.",
  }),
  ForgetAfter: directive({
    kind: duration(1, 3650 * DAY),
    fallback: 30 * DAY,
    doc: "How long a discovered target that is not running stays listed.",
  }),
  StateDir: directive({
    kind: path,
    fallback: "/var/lib/tidemark",
    doc: "Directory that survives a restart: samples and discovered targets.",
  }),
  RunDir: directive({
    kind: path,
    fallback: "/run/tidemark",
    doc: "Directory of the control socket and of the value files that UserParameters read.",
  }),
  ...TLS,
  OutboxSize: directive({
    kind: bytes(MIB, 64 * 1024 * MIB),
    fallback: 256 * MIB,
    doc: "Disk space in StateDir for the values that wait for one destination. Beyond it the oldest are dropped.",
  }),
  OutboxAge: directive({
    kind: duration(MINUTE, 365 * DAY),
    fallback: 7 * DAY,
    doc: "How old a value that waits for a destination may become before it is dropped.",
  }),
  "UserParameter.Files": directive({
    kind: yesNo,
    fallback: true,
    doc: "Whether values are kept as files in RunDir for the UserParameters of an agent. Who asks tidemark itself, or has it send, needs none: no spares most of what an idle daemon costs.",
  }),
  "UserParameter.Keys": directive({
    kind: repeatable(itemKey),
    fallback: [],
    doc: "A key with parameters that UserParameters may ask for beside the standard ones, one on each line.",
  }),
  Include: directive({
    kind: repeatable(includePath),
    fallback: [],
    doc: "More configuration, read at this place: a file, a directory, or a directory with * in the last part. Relative to this file.",
  }),
} satisfies Directives;

/** What the file says for tidemark itself. */
export type Core = Values<typeof CORE>;

/** One AllowKey or DenyKey. */
export interface AccessLine {
  readonly allow: boolean;
  readonly pattern: string;
}

/** AllowKey and DenyKey in the order in which they stand in the files, which `Core` does not keep between the two. */
export function accessLines(entries: readonly Entry[]): readonly AccessLine[] {
  return entries
    .filter(({ name }) => name === "AllowKey" || name === "DenyKey")
    .map(({ name, value }) => ({ allow: name === "AllowKey", pattern: value }));
}
