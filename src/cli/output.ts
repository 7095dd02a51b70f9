import { writeSync } from "node:fs";

/** Standard output and standard error of a command: whole lines, written at once. */
export interface Output {
  line(text: string): void;
  error(text: string): void;
}

export const terminal: Output = {
  line: (text) => write(1, text),
  error: (text) => write(2, text),
};

/** A reader that went away (`tidemark print | head -1`) is no error of ours; a slow one is waited for. */
function write(descriptor: number, text: string): void {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 5;
