import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Log } from "../io/log.ts";
import { errorText } from "../words/error-text.ts";

/** A small text in StateDir. */
export interface StateFile {
  /** Undefined: there is none. */
  read(): string | undefined;
  /** False when it could not be written, which is said. */
  write(text: string): boolean;
}

/** A file that is replaced whole: a kill at any instant leaves the old text or the new one. */
export function stateFile(path: string, log: Pick<Log, "warning">): StateFile {
  return {
    read: () => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
    write: (text) => {
      try {
        writeFileSync(`${path}.new`, text, { mode: 0o640 });
        renameSync(`${path}.new`, path);
        return true;
      } catch (error) {
        log.warning(`Cannot write "${path}": ${errorText(error)}.`);
        return false;
      }
    },
  };
}
