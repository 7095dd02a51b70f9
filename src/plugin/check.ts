import { execFile } from "node:child_process";
import type { ChildOptions } from "./child.ts";
import { writeConfig } from "./child.ts";

/** Asks `tidemark check` about the options, in a process of its own; what it says against them, or undefined. */
export function checkOptions(
  options: Omit<ChildOptions, "log" | "changed">,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = [options.program, "check", "-c", writeConfig(options)];
    execFile(process.execPath, args, { timeout: timeoutMs }, (error, _, complaints) => {
      // A machine too busy to check in time must not keep the agent from starting: the child checks again.
      resolve(error?.code === WRONG ? asOptions(complaints) : undefined);
    });
  });
}

/** Exit status of `check` for a configuration that is wrong. */
const WRONG = 100;

/** The agent's administrator knows the options by their names there, not by lines of our file. */
function asOptions(complaints: string): string {
  const lines = complaints.trim().split("\n");
  return lines.map((line) => `Plugins.Tidemark.*: ${line.replace(/^\S+?:\d+: /, "")}`).join("; ");
}
