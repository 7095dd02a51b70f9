import { join } from "node:path";

/** The control socket's name in RunDir. */
export const SOCKET = "tidemark.sock";

/** The tidemark.conf of a child: no port, all in one directory, and what the options say. */
export function configText({
  directory,
  directives,
}: {
  readonly directory: string;
  readonly directives: readonly string[];
}): string {
  const fixed = ["ListenIP=", `StateDir=${join(directory, "state")}`, `RunDir=${directory}`];
  return `${[...fixed, ...directives].join("\n")}\n`;
}
