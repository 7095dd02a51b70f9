import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Program, Ready } from "./program.ts";
import { type Outcome, run, start } from "./start.ts";

const NAMESPACES = ["-n", "-p", "-m"];
const ENTER = "ip link set lo up && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib";
const UNSHARE = [...NAMESPACES, "-f", "--mount-proc", "sh", "-c"];

/** Whether this machine lets its user make one: namespaces and mounts need root, and not every container has them. */
export const worldsAreAllowed = spawnSync("unshare", [...UNSHARE, ENTER]).status === 0;

/**
 * A machine of its own as far as programs can tell: processes, network and mounts are its alone, /run and /var/lib are
 * empty. Standard ports are free in it, and nothing is found that a test has not put there.
 */
export class World {
  readonly #enter: readonly string[];

  private constructor(pid: string) {
    this.#enter = ["-t", pid, ...NAMESPACES];
  }

  static async make(): Promise<World> {
    const keeper = await start("unshare", [...UNSHARE, `${ENTER} && echo made && exec sleep 3600`], { ready: /made/ });
    return new World(readFileSync(`/proc/${keeper.pid}/task/${keeper.pid}/children`, "latin1").trim());
  }

  /** Starts a program in it. A port to be ready must not be asked for: nobody outside reaches it. */
  start(name: string, args: readonly string[], ready: Ready): Promise<Program> {
    return start("nsenter", [...this.#enter, name, ...args], { ready });
  }

  run(name: string, ...args: readonly string[]): Promise<Outcome> {
    return run("nsenter", [...this.#enter, name, ...args]);
  }
}
