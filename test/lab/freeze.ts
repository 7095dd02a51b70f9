import { readFileSync } from "node:fs";
import { afterAll } from "vitest";
import { lab, labDirectory, type Version } from "./lab.ts";

/** A part of a lab's Zabbix, as `zabbix-lab status` names it. */
export type Part = "server" | "postgresql";

/**
 * Stops a part of the lab where it stands: connections stay open, nothing answers. Only for a lab that nobody else uses.
 * @returns what lets it go on
 */
export function freeze(version: Version, part: Part): () => void {
  const pids = withChildren(pidOf(version, part));
  const thaw = () => signal(pids, "SIGCONT");
  afterAll(thaw); // also when the test fails meanwhile
  signal(pids, "SIGSTOP");
  return thaw;
}

function pidOf(version: Version, part: Part): number {
  const directory = labDirectory();
  if (directory === undefined) throw new Error("there is no lab");
  const [, section = ""] = lab(directory, "status").split(`${version}:`);
  const pid = new RegExp(`^ +${part} +\\S+ pid (\\d+)`, "m").exec(section)?.[1];
  if (pid === undefined) throw new Error(`no ${part} of ${version} in ${section}`);
  return Number(pid);
}

/** Children last, so that the one that watches them is stopped first. */
function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => withChildren(Number(child))))];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // it ended meanwhile
    }
  }
}
