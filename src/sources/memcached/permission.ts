import { accessWords, groupName, ownName } from "../../io/access-words.ts";
import type { Io } from "../../io/io.ts";
import type { Finding } from "../source.ts";

/** A unix socket that may not be used: its mode and owner beside the user that tidemark runs as. */
export function permissionFinding(io: Io, path: string): Finding {
  const access = io.access(path);
  const user = ownName(io);
  const group = access === undefined ? "GROUP" : groupName(io, access.gid);
  return {
    what: path,
    found: permissionReason(io, path, user),
    mend: `start memcached with -a 0770, then: usermod -a -G ${group} ${user}`,
  };
}

function permissionReason(io: Io, path: string, user: string): string {
  const words = accessWords(io, path);
  return words === undefined
    ? `no permission to reach ${path} as user ${user}`
    : `no permission to use ${path}: ${words}`;
}
