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
