import type { Running } from "./processes.ts";

/**
 * Counts the children that keepalived had to start anew. A child beyond as many as there ever were in this life of
 * keepalived is a first one (a checker that a reload brought). Between two looks more may have come and gone: each look
 * shows one restart of a child at most.
 */
export class ChildRestarts {
  #parent = "";
  #children: ReadonlySet<string> = new Set();
  #most = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  look(running: Running | undefined): void {
    if (running === undefined) return;
    const parent = running.parent.life;
    const children = new Set(running.children.map(({ life }) => life));
    if (parent === this.#parent) {
      const fresh = [...children].filter((child) => !this.#children.has(child)).length;
      this.#count += Math.max(0, fresh - Math.max(0, children.size - this.#most));
      this.#most = Math.max(this.#most, children.size);
    } else {
      this.#parent = parent;
      this.#most = children.size;
    }
    this.#children = children;
  }
}
