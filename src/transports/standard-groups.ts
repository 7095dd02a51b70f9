import type { Standard } from "../items/registry.ts";
import { standardGroup, type ValueGroup } from "./value-file.ts";

/** Groups of standard calls by the item's key and target. They are the same from tick to tick, and are made once. */
export class StandardGroups {
  #known = new Map<string, Made>();
  #used = new Map<string, Made>();

  of(standard: Standard): ValueGroup {
    const place = `${standard.item.key},${standard.target ?? ""}`;
    const known = this.#known.get(place);
    const made = known !== undefined && isSame(known.standard, standard) ? known : make(standard);
    this.#used.set(place, made);
    return made.group;
  }

  /** Forgets those that were not asked for since the last time. */
  keepUsed(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }
}

interface Made {
  readonly standard: Standard;
  readonly group: ValueGroup;
}

function make(standard: Standard): Made {
  return { standard, group: standardGroup(standard) };
}

function isSame(a: Standard, b: Standard): boolean {
  if (a.item !== b.item || a.isDefault !== b.isDefault || a.params.length !== b.params.length) return false;
  return a.params.every((params, at) => isSameList(params, b.params[at] ?? []));
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
