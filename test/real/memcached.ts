import { once } from "node:events";
import { connect } from "node:net";
import type { Program, Ready } from "./program.ts";
import { start } from "./start.ts";

/** Starts a real memcached. `args` come after `-l host -p port -U 0` (and `-u nobody` for root, which memcached demands). */
export function startMemcached(
  at: { readonly host: string; readonly port: number },
  args: readonly string[] = [],
  ready: Ready = at,
): Promise<Program> {
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  return start("memcached", ["-l", at.host, "-p", String(at.port), "-U", "0", ...user, ...args], { ready });
}

/** memcached's own answer to a `stats` command. */
export async function statsOf(
  at: { readonly host: string; readonly port: number },
  command = "stats",
): Promise<ReadonlyMap<string, string>> {
  const socket = connect(at);
  socket.setEncoding("latin1").write(`${command}\r\nquit\r\n`);
  let text = "";
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "close");
  return new Map([...text.matchAll(/^STAT (\S+) (.*)\r$/gm)].map(([, name = "", value = ""]) => [name, value]));
}
