import { expect, test } from "vitest";
import { Transitions } from "../../../../src/sources/keepalived/transitions.ts";

type Seen = Parameters<Transitions["see"]>[0];

function count(...states: readonly Seen[]): number {
  const transitions = new Transitions();
  for (const state of states) transitions.see(state, undefined, 0);
  return transitions.count;
}

test.each<readonly [number, readonly Seen[]]>([
  [0, ["master"]],
  [0, ["backup", "backup"]],
  [1, ["backup", "fault"]],
  [3, ["backup", "master", "fault", "backup"]],
  [0, ["backup", "unknown", "backup"]],
  [1, ["backup", "unknown", "master"]],
  [0, ["not master", "backup"]],
  [0, ["fault", "not master"]],
  [1, ["fault", "not master", "backup"]],
  [2, ["master", "not master", "master"]],
  [1, ["master", "not master", "backup"]],
])("%i transitions in %j", (want, states) => expect(count(...states)).toBe(want));

test("the time of the present state: as it was told, else when it was seen after another, else not known", () => {
  const transitions = new Transitions();
  transitions.see("backup", undefined, 10);
  expect(transitions.since).toBeUndefined();
  transitions.see("master", undefined, 20);
  expect(transitions.since).toBe(20);
  transitions.see("master", undefined, 30);
  expect(transitions.since).toBe(20);
  transitions.see("master", 19.5, 40);
  expect(transitions.since).toBe(19.5);
  transitions.see("fault", undefined, undefined);
  expect(transitions.since).toBeUndefined();
});
