/** The value map of a state item: words whose places are the numbers. `W`: the words themselves. */
export class StateWords<const W extends string> {
  /** In the order of their numbers. */
  readonly words: readonly W[];

  constructor(words: readonly W[]) {
    this.words = words;
  }

  /** For documentation: "0 down, 1 up". */
  get listed(): string {
    return this.words.map((word, number) => `${number} ${word}`).join(", ");
  }

  number(word: W): number {
    return this.words.indexOf(word);
  }

  /** For a number of a newer version, which a journal may hold: "state 12". */
  word(state: number): string {
    return this.words[state] ?? `state ${state}`;
  }
}
