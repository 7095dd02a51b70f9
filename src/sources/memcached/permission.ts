import type { Io } from "../../io/io.ts";
import type { Finding } from "../source.ts";

/** Why a unix socket may not be used: its mode and owner beside the user that tidemark runs as. */
function permissionReason(io: Io, path: string): string {
  const access = io.access(path);
  const user = ownName(io);
  if (access === undefined) return `no permission to reach ${path} as user ${user}`;
  const mode = access.mode.toString(8).padStart(4, "0");
  return `no permission to use ${path}: mode ${mode}, owner ${userName(io, access.uid)}, tidemark runs as ${user}`;
}

export function permissionFinding(io: Io, path: string): Finding {
  const access = io.access(path);
  const user = ownName(io);
  const group = access === undefined ? "GROUP" : groupName(io, access.gid);
  return {
    what: path,
    found: permissionReason(io, path),
    mend: `start memcached with -a 0770, then: usermod -a -G ${group} ${user}`,
  };
}

/** /proc/self/status: real, effective, saved and file system user id. */
function ownName(io: Io): string {
  const effective = /^Uid:\s+\d+\s+(\d+)/m.exec(io.readText("/proc/self/status") ?? "")?.[1];
  return effective === undefined ? "unknown" : userName(io, Number(effective));
}

function userName(io: Io, uid: number): string {
  return nameIn(io.readText("/etc/passwd"), uid);
}

function groupName(io: Io, gid: number): string {
  return nameIn(io.readText("/etc/group"), gid);
}

/** The first field of the line whose third is the id; the id itself when there is none. */
function nameIn(table: string | undefined, id: number): string {
  const fields = (table ?? "").split("\n").map((line) => line.split(":"));
  return fields.find(([, , found]) => found === String(id))?.[0] ?? String(id);
}
