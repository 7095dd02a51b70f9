import type { Io } from "../../../io/io.ts";
import { type BytePath, pathText } from "../../../io/local-files.ts";
import { deniedFinding } from "../../../io/permission.ts";
import type { Finding } from "../../source.ts";

/** Why nothing can be read, as a fragment; `finding` when it is a matter of permission. */
export interface Trouble {
  readonly text: string;
  readonly finding: Finding | undefined;
}

/** @param isDenied whether our user lacks a permission; then the reason names it, and what gives it */
export function pathTrouble(io: Io, path: BytePath, found: { reason: string; isDenied: boolean }): Trouble {
  const finding = found.isDenied ? deniedFinding(io, path, "file") : undefined;
  const why = finding === undefined ? found.reason : `${finding.found}; mend: ${finding.mend}`;
  return { text: `cannot read "${pathText(path)}": ${why}`, finding };
}
