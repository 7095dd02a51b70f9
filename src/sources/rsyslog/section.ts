import { ipAddress } from "../../config/agent-kinds.ts";
import { bytes, integer, list, optional, path } from "../../config/kinds.ts";
import { directive, type Kind, type SectionSpec } from "../../config/spec.ts";
import { bytePath, pathText } from "../../io/local-files.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { FeedChoice } from "./feed/sweep.ts";

/** auto: the file that rsyslogd's configuration names. */
export type StatsFrom = FeedChoice | "auto" | "none";

const FIFO = /^fifo:(\/.*)$/;
const UDP = /^udp:(?:\[([0-9A-Fa-f:]+)\]|([0-9.]+)):(\d{1,5})$/;
const LOOPBACK = /^127\.|^::1$/;

const statsFrom: Kind<StatsFrom> = {
  syntax: "auto, none, an absolute path, fifo:/PATH, or udp:ADDRESS:PORT with a loopback address",
  parse: (text) => {
    if (text === "auto" || text === "none") return ok(text);
    const fifo = FIFO.exec(text)?.[1];
    if (fifo !== undefined) return ok({ kind: "fifo", path: bytePath(fifo) });
    if (text.startsWith("/")) return ok({ kind: "file", path: bytePath(text) });
    return udpFrom(text);
  },
  format: (from) => {
    if (typeof from === "string") return from;
    if (from.kind === "udp") return `udp:${from.host.includes(":") ? `[${from.host}]` : from.host}:${from.port}`;
    return `${from.kind === "fifo" ? "fifo:" : ""}${pathText(from.path)}`;
  },
};

function udpFrom(text: string): Parsed<StatsFrom> {
  const [, v6, v4, digits] = UDP.exec(text) ?? [];
  const host = v6 ?? v4;
  const port = Number(digits);
  if (host === undefined || ipAddress.parse(host).kind === "malformed") return malformed("not known");
  if (!LOOPBACK.test(host)) return malformed("not an address of this machine's loopback");
  return port >= 1 && port <= 65_535 ? ok({ kind: "udp", host, port }) : malformed("not a port");
}

const general = {
  Stats: directive({
    kind: statsFrom,
    fallback: "auto",
    doc: "Where rsyslogd's statistics (impstats) come from. auto: the log.file that rsyslogd's configuration gives to impstats.",
  }),
  Configuration: directive({
    kind: path,
    fallback: "/etc/rsyslog.conf",
    doc: "rsyslogd's configuration, read for sizes of queues, spool directories and impstats. Its includes are followed.",
  }),
  Spool: directive({
    kind: list(path, { atLeast: 0 }),
    fallback: [],
    doc: "Directories in which queues keep files, beside those that rsyslogd's configuration names.",
  }),
};

const named = {
  Size: directive({
    kind: optional(integer(1, 2 ** 31)),
    fallback: undefined,
    doc: "Messages that the queue of this name may hold (queue.size), where rsyslogd's configuration does not say it.",
  }),
  MaxDiskSpace: directive({
    kind: optional(bytes(0, 2 ** 50)),
    fallback: undefined,
    doc: "Bytes that this queue may have on disk (queue.maxDiskSpace), where rsyslogd's configuration does not say it. 0: no limit.",
  }),
};

export type General = typeof general;
export type Named = typeof named;

export const section: SectionSpec<General, Named> = { prefix: "Rsyslog", general, named };
