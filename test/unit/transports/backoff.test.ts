import { expect, test } from "vitest";
import { Backoff } from "../../../src/transports/backoff.ts";

const PAUSES = [1, 2, 4, 8, 16, 32, 60, 60];

test("pauses double up to a minute and begin anew after a success", () => {
  const backoff = new Backoff(() => 0);
  expect(PAUSES.map(() => backoff.next())).toEqual(PAUSES);
  backoff.reset();
  expect(backoff.next()).toBe(1);
});

test("jitter shortens a pause by at most half", () => {
  const backoff = new Backoff(() => 1);
  expect(PAUSES.map(() => backoff.next())).toEqual(PAUSES.map((seconds) => seconds / 2));
});

test("a thousand failures do not overflow", () => {
  const backoff = new Backoff(() => 0);
  for (let failure = 0; failure < 2000; failure++) backoff.next();
  expect(backoff.next()).toBe(60);
});
