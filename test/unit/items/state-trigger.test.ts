import { expect, test } from "vitest";
import { targetItem } from "../../../src/items/item.ts";
import { stateTrigger } from "../../../src/items/state-trigger.ts";
import { type Figure, figureOf, type Phrase } from "../../../src/items/template.ts";

const item = targetItem({
  key: "a.state",
  source: "a",
  params: {},
  type: "unsigned",
  units: "",
  name: "State",
  doc: "It.",
  delay: "1m",
  freshness: "always",
  standard: () => [[]],
  value: () => ({ kind: "value", value: 0 }),
});
const state = figureOf({ item, path: ".state" });
const error = figureOf({ item, path: ".error" });
const said = { name: "It is down", priority: "HIGH", scope: "availability", doc: "Start it." } as const;

function told(phrase: Phrase | undefined): string {
  const name = (piece: object) => ((piece as Figure).path ?? "?").slice(1);
  return (phrase?.pieces ?? []).map((piece) => (typeof piece === "string" ? piece : name(piece))).join("");
}

test("two values in a state are a problem until another one, whatever it is", () => {
  const { expression, recovery, event } = stateTrigger({ ...said, state, error, numbers: [3, 4] });
  expect(told(expression)).toBe("min(state,#2)>=3 and max(state,#2)<=4 and length(last(error))>=0");
  expect(told(recovery)).toBe("last(state)<3 or last(state)>4");
  expect(told(event)).toBe("It is down: error");
});

test("without an error the event is the name alone", () => {
  const { expression, event } = stateTrigger({ ...said, state, numbers: [0, 0], span: "#3" });
  expect(told(expression)).toBe("min(state,#3)>=0 and max(state,#3)<=0");
  expect(told(event)).toBe("It is down");
});
