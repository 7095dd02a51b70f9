import { accessWords, groupName, ownName } from "./access-words.ts";
import type { Io } from "./io.ts";
import { type BytePath, pathText } from "./local-files.ts";
import { shellWord } from "./shell-word.ts";

const READ = 0o4;
const SEARCH = 0o1;

/** What our user lacks: to list and enter a directory, or to read a file. */
type Need = "directory" | "file";

/** A path that may not be read, why, and the command that mends it: what sources publish as a finding. */
export interface DeniedPath {
  readonly what: string;
  readonly found: string;
  readonly mend: string;
}

/** Why a path cannot be read for want of permission: the first directory on the way that stops us, else itself. */
export function deniedReason(io: Io, path: BytePath): string {
  const culprit = blocking(io, path) ?? path;
  const words = accessWords(io, pathText(culprit)) ?? `tidemark runs as ${ownName(io)}`;
  return `permission denied at "${pathText(culprit)}": ${words}`;
}

export function deniedFinding(io: Io, path: BytePath, need: Need): DeniedPath {
  return { what: pathText(path), found: deniedReason(io, path), mend: mendOf(io, path, need) };
}

/** Group membership where the group may already do it, else an access list for our user alone. */
function mendOf(io: Io, path: BytePath, need: Need): string {
  const ancestor = blocking(io, path);
  const culprit = ancestor ?? path;
  const bits = ancestor !== undefined ? SEARCH : need === "directory" ? READ | SEARCH : READ;
  const access = io.access(pathText(culprit));
  const user = ownName(io);
  const groupMay = access !== undefined && access.gid !== 0 && ((access.mode >> 3) & bits) === bits;
  if (!groupMay) return `setfacl -m u:${user}:${letters(bits)} ${shellWord(culprit)}`;
  const group = groupName(io, access.gid);
  return /^\d+$/.test(user) ? dynamicUserMend(group) : `usermod -a -G ${group} ${user}, then restart tidemark`;
}

/** A user without an entry in /etc/passwd is one that systemd made up. */
function dynamicUserMend(group: string): string {
  const directory = "/etc/systemd/system/tidemark.service.d";
  return (
    `mkdir -p ${directory}; printf '[Service]\\nSupplementaryGroups=%s\\n' ${group} >${directory}/${group}.conf; ` +
    "systemctl daemon-reload; systemctl restart tidemark"
  );
}

/** The first directory on the way that may not be entered; undefined: all may. */
function blocking(io: Io, path: BytePath): BytePath | undefined {
  for (let slash = path.indexOf("/", 1); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    const deeper = path.indexOf("/", slash + 1);
    const next = io.files.facts(deeper < 0 ? path : path.slice(0, deeper));
    if (next.kind === "failed" && next.code === "EACCES") return path.slice(0, slash);
  }
  return undefined;
}

function letters(bits: number): string {
  return `${(bits & READ) === 0 ? "" : "r"}${(bits & SEARCH) === 0 ? "" : "x"}`;
}
