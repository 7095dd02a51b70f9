import {
  chmodSync,
  closeSync,
  fchmodSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { makeDirectory } from "../io/make-directory.ts";
import { EXPIRY_FILE } from "./value-file.ts";

/** Files are written under this name first. */
const DRAFT_FILE = ".draft";

/**
 * The directory of value files, readable by everybody, written by one. Remembers what each file holds, so that only
 * what changed is written. Every method throws what the file system says.
 */
export class ValueDirectory {
  readonly #path: string;
  readonly #draft: string;
  readonly #held = new Map<string, string>();

  /** Makes the directory and removes what an earlier life left in it, its promise first. */
  constructor(path: string) {
    this.#path = path;
    this.#draft = this.#pathOf(DRAFT_FILE);
    makeDirectory(path, 0o755);
    chmodSync(path, 0o755);
    this.clear();
  }

  write(name: string, text: string): void {
    if (this.#held.get(name) === text) return;
    this.#held.delete(name);
    const draft = openSync(this.#draft, "w");
    try {
      fchmodSync(draft, 0o644); // whatever the umask: the agents run as another user
      writeFileSync(draft, text);
    } finally {
      closeSync(draft);
    }
    renameSync(this.#draft, this.#pathOf(name));
    this.#held.set(name, text);
  }

  /** A second name of a value file, which follows whatever that one holds. */
  link(name: string, target: string): void {
    const held = `-> ${target}`;
    if (this.#held.get(name) === held) return;
    this.#held.delete(name);
    symlinkSync(target, this.#draft);
    renameSync(this.#draft, this.#pathOf(name));
    this.#held.set(name, held);
  }

  /** Removes every value file but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#held.keys()) {
      if (names.has(name) || name === EXPIRY_FILE) continue;
      unlinkSync(this.#pathOf(name));
      this.#held.delete(name);
    }
  }

  /** Promises that all files are good until this second of /proc/uptime. */
  promise(uptimeSecond: number): void {
    this.write(EXPIRY_FILE, `${uptimeSecond}\n`);
  }

  clear(): void {
    const found = readdirSync(this.#path);
    const promiseFirst = found.includes(EXPIRY_FILE)
      ? [EXPIRY_FILE, ...found.filter((name) => name !== EXPIRY_FILE)]
      : found;
    for (const name of promiseFirst) unlinkSync(this.#pathOf(name));
    this.#held.clear();
  }

  /** Names are such as need no more than a slash: `join` takes longer than some of the calls that it is for. */
  #pathOf(name: string): string {
    return `${this.#path}/${name}`;
  }
}
