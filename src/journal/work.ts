/** Work in small steps: other work may be done where it yields. */
export type Work<T> = Generator<undefined, T, undefined>;

/** Does all of it at once. */
export function allAtOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does it with other work in between. `pause`: undefined while there is time left, else what is to be awaited */
export async function inSlices<T>(work: Work<T>, pause: () => Promise<void> | undefined): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const rest = pause();
    if (rest !== undefined) await rest;
  }
}
