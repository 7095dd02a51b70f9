import { ownName } from "../../io/access-words.ts";
import type { Io } from "../../io/io.ts";
import { pathText } from "../../io/local-files.ts";
import { deniedFinding, deniedReason } from "../../io/permission.ts";
import { shellWord } from "../../io/shell-word.ts";
import type { Finding } from "../source.ts";
import { type ConfRead, confReason } from "./conf-file.ts";
import type { DumpFile } from "./dump.ts";
import type { NotifyFifo } from "./notify-fifo.ts";

const DENIED = "permission denied";
const NO_FIFO = "it is no FIFO";

/** keepalived.conf could not be read. */
export function confFinding(io: Io, failed: Extract<ConfRead, { kind: "failed" }>): Finding {
  if (failed.code === "EACCES") return deniedFinding(io, failed.path, "file");
  return {
    what: pathText(failed.path),
    found: confReason(failed),
    mend: "name the file in tidemark's configuration: Keepalived.Config=/FILE, or turn this off: Keepalived.Discover=0",
  };
}

/** The notify FIFO cannot be read. */
export function fifoFinding(io: Io, { path, failure = "" }: NotifyFifo): Finding {
  const what = pathText(path);
  const word = shellWord(path);
  const directive = `vrrp_notify_fifo ${word} ${ownName(io)}`;
  if (failure.endsWith(DENIED)) {
    const mend = `setfacl -m u:${ownName(io)}:r ${word} # and for the next one in global_defs of keepalived.conf: ${directive}`;
    return { what, found: deniedReason(io, path), mend };
  }
  const away = failure.endsWith(NO_FIFO) ? `mv ${word} ${word}.old; ` : "";
  return {
    what,
    found: failure,
    mend: `${away}put this into global_defs of keepalived.conf, and restart it: ${directive}`,
  };
}

/** Somebody else writes into the FIFO. */
export function strangeFinding({ path }: NotifyFifo, lines: number): Finding {
  return {
    what: pathText(path),
    found: `${lines} line${lines === 1 ? "" : "s"} since the sample before that keepalived does not write`,
    mend: `let nothing but keepalived write into it; see who has it open: fuser -v ${shellWord(path)}`,
  };
}

/** The data file says nothing. */
export function dumpFinding(io: Io, dump: DumpFile): Finding {
  if (dump.code === "EACCES") return deniedFinding(io, dump.path, "file");
  return {
    what: pathText(dump.path),
    found: dump.failure ?? "",
    mend: "let root's crontab have it written: kill -$(keepalived --signum=JSON) $(cat /run/keepalived.pid)",
  };
}

export const HIDDEN: Finding = {
  what: "keepalived",
  found: "the processes of others are hidden in /proc (hidepid), so nobody knows whether it runs",
  mend: "mount -o remount,hidepid=0 /proc, or remount it with gid= of a group that tidemark's user is in",
};

/** keepalived runs in a container: its files and addresses are not those of this machine. */
export function containedFinding(pid: string): Finding {
  return {
    what: `keepalived process ${pid}`,
    found: "it runs in a container, so its configuration is not a file of this machine",
    mend: "name what can be reached from here: Keepalived.NotifyFifo=, Keepalived.Config= or Keepalived.NAME.Address=",
  };
}
