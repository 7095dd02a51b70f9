import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "./environment.ts";

/** Exit status of `tidemark check` for a configuration that is wrong. */
const WRONG = 100;

export interface Verification {
  /** The bundle of tidemark itself. */
  readonly program: string;
  /** Text of a tidemark.conf. */
  readonly config: string;
  readonly timeoutMs: number;
}

/**
 * Asks `tidemark check` about a configuration, in a process of its own; what it says against it, or undefined. Rejects
 * when it did not get to say anything. The file is a temporary one: whoever starts the agent for a test (`-t`, root) need
 * not be who owns the plugin's directory.
 */
export async function verify({ program, config, timeoutMs }: Verification): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-plugin-check-"));
  const path = join(directory, "plugin.conf");
  writeFileSync(path, config, { mode: 0o600 });
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", remove); // an agent that gives up ends us meanwhile
  const args = [program, "check", "-c", path];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: timeoutMs, env: environment() }, (error, _, complaints) => {
      process.off("exit", remove);
      remove();
      if (error === null) resolve(undefined);
      else if (error.code === WRONG) resolve(asOptions(complaints, path));
      else reject(new Error(error.killed === true ? `that took more than ${timeoutMs} ms` : error.message));
    });
  });
}

/** The agent's administrator knows the options by their names there, not by lines of our file. */
function asOptions(complaints: string, path: string): string {
  const named = complaints.trim().replaceAll(path, "Plugins.Tidemark");
  return named.replaceAll(/(Plugins\.Tidemark):\d+/g, "$1").replaceAll("\n", "; ");
}
