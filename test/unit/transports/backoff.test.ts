import { expect, test } from "vitest";
import { Backoff } from "../../../src/transports/backoff.ts";

const PAUSES = [2, 4, 8, 16, 32, 60, 60];

test("pauses double up to a minute and begin anew after a success", () => {
  const backoff = new Backoff(() => 0.5);
  expect(PAUSES.map(() => backoff.next())).toEqual(PAUSES);
  backoff.reset();
  expect(backoff.next()).toBe(2);
});

for (const { random, share } of [
  { random: 0, share: 0.75 },
  { random: 1, share: 1.25 },
]) {
  test(`jitter makes a pause at most a quarter shorter or longer: ${random}`, () => {
    const backoff = new Backoff(() => random);
    expect(PAUSES.map(() => backoff.next())).toEqual(PAUSES.map((seconds) => seconds * share));
  });
}
