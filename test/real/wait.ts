const PAUSE_MS = 20;

/** What is waited for, in words that complete "waited 5 s for ...", and how long at most (default 10 s). */
export interface Patience {
  readonly what: string;
  readonly seconds?: number;
}

/**
 * Polls until the predicate answers something true, and returns that. A predicate that throws counts as "not yet";
 * the error at the deadline tells the last answer or the last error.
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  { what, seconds = 10 }: Patience,
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    let last: string;
    try {
      const answer = await predicate();
      if (isThere(answer)) return answer;
      last = `last answer: ${String(answer)}`;
    } catch (error) {
      last = `last error: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() >= end) throw new Error(`waited ${seconds} s for ${what}; ${last}`);
    await pause(PAUSE_MS);
  }
}

function isThere<T>(answer: T): answer is Exclude<T, false | undefined | null> {
  return answer !== undefined && answer !== null && answer !== false;
}

/** For polling loops only: a test that needs to know that something happened waits for that. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
