import type { Io } from "./io.ts";

/** Who may use a file beside who we are: "mode 0700, owner root, tidemark runs as nobody"; undefined: cannot be seen. */
export function accessWords(io: Io, path: string): string | undefined {
  const access = io.access(path);
  if (access === undefined) return undefined;
  const mode = access.mode.toString(8).padStart(4, "0");
  return `mode ${mode}, owner ${userName(io, access.uid)}, tidemark runs as ${ownName(io)}`;
}

/** The user that tidemark runs as. /proc/self/status: real, effective, saved and file system user id. */
export function ownName(io: Io): string {
  const effective = /^Uid:\s+\d+\s+(\d+)/m.exec(io.readText("/proc/self/status") ?? "")?.[1];
  return effective === undefined ? "unknown" : userName(io, Number(effective));
}

function userName(io: Io, uid: number): string {
  return nameIn(io.readText("/etc/passwd"), uid);
}

export function groupName(io: Io, gid: number): string {
  return nameIn(io.readText("/etc/group"), gid);
}

/** The first field of the line whose third is the id; the id itself when there is none. */
function nameIn(table: string | undefined, id: number): string {
  const fields = (table ?? "").split("\n").map((line) => line.split(":"));
  return fields.find(([, , found]) => found === String(id))?.[0] ?? String(id);
}
