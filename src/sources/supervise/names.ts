import type { BytePath } from "../../io/local-files.ts";
import { pathText } from "../../io/local-files.ts";

/** Gives native names to paths: each name to one path only, for as long as that is there. */
export class Names {
  readonly #byPath = new Map<BytePath, string>();
  readonly #taken = new Set<string>();

  /** The plain name, unless another path has it: then the path itself. */
  of(path: BytePath, plain: string): string {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const name = this.#taken.has(plain) ? pathText(path) : plain;
    this.#byPath.set(path, name);
    this.#taken.add(name);
    return name;
  }

  keepOnly(paths: ReadonlySet<BytePath>): void {
    for (const [path, name] of this.#byPath) {
      if (paths.has(path)) continue;
      this.#byPath.delete(path);
      this.#taken.delete(name);
    }
  }
}
