import { expect, test } from "vitest";
import { DeathTally } from "../../../../src/sources/supervise/death-tally.ts";

function tally(...seconds: readonly number[]): Buffer {
  return Buffer.concat(
    seconds.map((second) => {
      const record = Buffer.alloc(14);
      record.writeBigUInt64BE(2n ** 62n + BigInt(second), 0);
      return record;
    }),
  );
}

test("deaths before the first look are not counted, later ones each once", () => {
  const deaths = new DeathTally();
  expect(deaths.look(tally(10, 20))).toBe(true);
  expect(deaths.total).toBe(0);
  deaths.look(tally(10, 20, 30, 40));
  deaths.look(tally(10, 20, 30, 40));
  expect(deaths.total).toBe(2);
});

test("the oldest are forgotten when there are too many", () => {
  const deaths = new DeathTally();
  deaths.look(tally(10, 20, 30));
  deaths.look(tally(30, 40, 50));
  deaths.look(tally(60, 70, 80));
  expect(deaths.total).toBe(5);
});

test("a cleared tally is no new death", () => {
  const deaths = new DeathTally();
  deaths.look(tally(10, 20));
  expect(deaths.look(tally())).toBe(false);
  deaths.look(tally(30));
  expect(deaths.total).toBe(1);
});

test("a torn record counts when it is whole", () => {
  const deaths = new DeathTally();
  deaths.look(tally());
  deaths.look(tally(10, 20).subarray(0, 27));
  expect(deaths.total).toBe(1);
  deaths.look(tally(10, 20));
  expect(deaths.total).toBe(2);
});
