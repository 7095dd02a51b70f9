import { ownName } from "../../io/access-words.ts";
import type { Io } from "../../io/io.ts";
import type { Finding } from "../source.ts";
import type { Configuration } from "./configuration/configuration.ts";

/** Where our snippets put the statistics, and how often. */
const FILE = "/var/log/rsyslog-stats.log";
const INTERVAL = 10;
const ROOT = "root";

/** What is wrong with rsyslogd's statistics while none are read. Nothing when there is no rsyslogd. */
export function setupFinding(io: Io, pid: string, configuration: Configuration): Finding | undefined {
  const found = whyNot(configuration);
  return found === undefined
    ? undefined
    : {
        what: "rsyslog statistics",
        found: `rsyslogd runs (process ${pid}), and ${found}`,
        mend: snippets(ownName(io)),
      };
}

/** Undefined: impstats writes a file. */
function whyNot({ stats, unread }: Configuration): string | undefined {
  const [first] = unread;
  const hidden = first === undefined ? "" : ` (of which "${first.path}" cannot be read: ${first.reason})`;
  if (stats === undefined) return `impstats is not on: its configuration${hidden} does not load it`;
  if (stats.file !== undefined) return undefined;
  const interval = stats.interval === undefined ? "" : `, every ${stats.interval} s`;
  return `impstats is on${interval}, but without log.file: its records wait in the very queues that they tell of`;
}

/** Lines to be copied. The file comes first: rsyslogd would make it for root alone, and keeps the mode that it finds. */
function snippets(user: string): string {
  const lines = [
    `as root, where tidemark (user ${user}) may read it:`,
    `  touch ${FILE}${user === ROOT ? "" : ` && setfacl -m u:${user}:r ${FILE}`}`,
    "then one of these before all other modules in rsyslog's configuration, and restart rsyslogd.",
    "RainerScript (rsyslog 7 and newer; tidemark finds the file by itself):",
    `  module(load="impstats" interval="${INTERVAL}" severity="7" format="json" resetCounters="off"`,
    `         log.syslog="off" log.file="${FILE}")`,
    `legacy, which has no log.file (set Rsyslog.Stats=${FILE} for tidemark):`,
    "  $ModLoad impstats",
    `  $PStatInterval ${INTERVAL}`,
    "  $PStatSeverity 7",
    "  $PStatJSON on",
    `  syslog.=debug ${FILE}`,
    "Rotate the file: docs/rsyslog.md has the lines for logrotate.",
  ];
  return lines.join("\n    ");
}

/** Parts of rsyslogd's configuration that are not known, since some queue's size may stand there. */
export function unreadFinding({ unread }: Configuration): Finding | undefined {
  const [first] = unread;
  if (first === undefined) return undefined;
  return {
    what: first.path,
    found: `cannot read this part of rsyslogd's configuration: ${first.reason}`,
    mend: "let tidemark's user read it, or set Rsyslog.NAME.Size for the queues whose size is not known",
  };
}
