import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";

/** What stands at the path of a control socket. `forbidden`: a tidemark that we may not ask. */
export type Found = "answers" | "forbidden" | "nobody";

/** Tries to connect, and hangs up. */
export function probe(path: string): Promise<Found> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (found: Found) => {
      socket.destroy();
      resolve(found);
    };
    socket.on("connect", () => settle("answers"));
    socket.on("error", (error) => settle(foundBy(error)));
  });
}

/** EAGAIN: the queue of a busy one is full. */
function foundBy({ code }: NodeJS.ErrnoException): Found {
  if (code === "EACCES" || code === "EPERM") return "forbidden";
  return code === "EAGAIN" ? "answers" : "nobody";
}

/** Why a control socket cannot be asked, a sentence; with what mends it where that is known. */
export function obstacle(path: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return `No tidemark answers at "${path}": there is no such socket.`;
    case "ECONNREFUSED":
      return `No tidemark answers at "${path}": the one that made this socket is gone.`;
    case "EACCES":
      return `The tidemark at "${path}" may not be asked by the agent's user: ${mend(path)}.`;
    default:
      return `No tidemark answers at "${path}": ${message}.`;
  }
}

function mend(path: string): string {
  const group = groupOf(path);
  const user = userName();
  if (group === undefined) return `let ${user} search the directories above it`;
  return `usermod -a -G ${group} ${user}, then restart the agent`;
}

/** Name of the group that owns the file; its number where it has no name. Undefined: it cannot be seen. */
function groupOf(path: string): string | undefined {
  try {
    const { gid } = statSync(path);
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((group) => group.split(":")[2] === String(gid));
    return line?.split(":")[0] ?? String(gid);
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
