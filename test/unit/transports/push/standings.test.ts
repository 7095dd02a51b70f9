import { expect, test } from "vitest";
import { Standings } from "../../../../src/transports/push/standings.ts";

const row = (id: number) => ({ id, clock: id, ns: 0, body: "" });

test("of many refused keys only some are due at once, and the others after them", () => {
  const standings = new Standings();
  for (let key = 0; key < 1000; key++) expect(standings.refuse(`k${key}`, 100)).toBe("new");
  expect(standings.due(109, 250)).toEqual([]);
  expect(standings.dueAt).toBe(110);
  const first = standings.due(110, 250);
  expect(first).toHaveLength(250);
  for (const key of first) expect(standings.postpone(key, 110)).toBe(false);
  expect(standings.due(110, 250)[0]).toBe("k250");
  expect(standings.dueAt).toBe(110);
});

test("what waits for refused keys is bounded, and leaves its room to others when they are taken", () => {
  const standings = new Standings();
  standings.refuse("a", 0);
  standings.refuse("b", 0);
  for (let id = 0; id < 10_000; id++) standings.keep("a", row(id));
  standings.keep("b", row(1));
  expect([standings.rowsOf("a").length, standings.rowsOf("b").length]).toEqual([10_000, 0]);
  standings.settle("a");
  standings.keep("b", row(2));
  expect(standings.rowsOf("b")).toEqual([row(2)]);
  expect([standings.isRefused("a"), standings.isRefused("b"), standings.isKnown("c")]).toEqual([false, true, false]);
});

test("a key is given up after ten minutes, and nothing waits for it any longer", () => {
  const standings = new Standings();
  standings.refuse("a", 0);
  standings.keep("a", row(1));
  expect(standings.postpone("a", 599)).toBe(false);
  expect(standings.dueAt).toBe(600);
  expect(standings.postpone("a", 600)).toBe(true);
  expect([standings.rowsOf("a"), standings.dueAt, standings.isRefused("a")]).toEqual([[], Infinity, true]);
  expect(standings.refuse("a", 700)).toBe("known");
  standings.accept("a");
  expect(standings.refuse("a", 800)).toBe("lost");
});
