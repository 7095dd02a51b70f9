/** What came of one key; `reason` is a finished sentence. */
export type Told =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "error"; readonly reason: string };

export interface CheckOptions {
  readonly key: string;
  /** How long the asker waits for us. */
  readonly ms: number;
  /** Why there is no answer by then, a sentence. */
  readonly late: () => string;
  /** Called once. */
  readonly tell: (told: Told) => void;
}

/** One question of the agent. It is answered once: by who knows first, or by its deadline. */
export class Check {
  readonly key: string;
  readonly #tell: (told: Told) => void;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor({ key, ms, late, tell }: CheckOptions) {
    this.key = key;
    this.#tell = tell;
    this.#timer = setTimeout(() => this.fail(late()), Math.max(0, ms));
  }

  /** True once it was answered: nobody waits any more. */
  get over(): boolean {
    return this.#over;
  }

  answer(told: Told): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#tell(told);
  }

  fail(reason: string): void {
    this.answer({ kind: "error", reason });
  }
}
