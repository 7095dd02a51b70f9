import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { figureOf, phrase, type Trigger } from "../../../src/items/template.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import { CAMPAIGNS, campaignFile } from "../../campaigns.ts";
import { stat, state } from "./items.ts";
import { comesOn, inSilence } from "./silence.ts";

const ALL = SOURCES.flatMap(({ template }) =>
  (template?.groups ?? []).flatMap(({ triggers }) =>
    triggers.map((trigger) => ({ template: template?.template ?? "self", name: trigger.name, trigger })),
  ),
);
/** First column of the tables. */
const DOCUMENTED = [...readFileSync("docs/triggers.md", "utf8").matchAll(/^\| ([^|]+) \|/gm)].map(([, name]) => name);
/** More than any state has, and an uptime. */
const NUMBERS = [...Array.from({ length: 20 }, (_, number) => number), 10_000];

const always = figureOf({ item: state, path: ".state", known: "always" });
const seldom = figureOf({ item: stat, path: ".stat", known: "sometimes" });

describe("inSilence", () => {
  const cases = [
    { text: "its last value may be anything", of: phrase`last(${seldom})>0`, want: undefined },
    { text: "no value came in a time", of: phrase`count(${seldom},15m)>0`, want: false },
    { text: "but there are the newest", of: phrase`count(${seldom},#3)>0`, want: undefined },
    { text: "nodata", of: phrase`nodata(${seldom},15m)=1`, want: true },
    { text: "false decides and", of: phrase`last(${seldom})>0 and nodata(${seldom},15m)=0`, want: false },
    { text: "true decides or", of: phrase`last(${seldom})>0 or nodata(${seldom},15m)=1`, want: true },
    { text: "unknown does not", of: phrase`last(${seldom})>0 or nodata(${seldom},15m)=0`, want: undefined },
    { text: "brackets", of: phrase`(last(${seldom})>0 or last(${always})=3) and last(${always})<4`, want: true },
    { text: "what comes on", of: phrase`min(${always},#2)=3 and length(last(${always}))>=0`, want: true },
    { text: "a sum", of: phrase`count(${always},#2,"eq","3")+count(${always},#2,"eq","4")=2`, want: true },
    { text: "and is stronger", of: phrase`last(${always})=3 or last(${always})=3 and last(${always})=4`, want: true },
  ];
  test.each(cases)("$text", ({ of, want }) => expect(inSilence(of, 3)).toBe(want));
});

describe.each(ALL)("$template: $name", ({ template, name, trigger }) => {
  test("ends when the values of its target come no more", () => {
    const ways = NUMBERS.filter(
      (number) => inSilence(trigger.expression, number) === false && inSilence(trigger.recovery, number),
    );
    expect(ways).not.toEqual([]);
  });

  test("is looked at by the server then: a value comes on, or time alone makes it look", () => {
    expect([trigger.expression, trigger.recovery].some(isLookedAt)).toBe(true);
  });

  test("shows the uptime of what runs now, not of what ran before: values of one sample come one after the other", () => {
    const { pieces } = trigger.expression;
    const uptimes = trigger.event.pieces.filter((piece) => typeof piece === "object" && "path" in piece);
    for (const uptime of uptimes.filter(({ units }) => units === "uptime")) {
      expect(pieces[pieces.indexOf(uptime) + 1]).toMatch(/^\)</);
    }
  });

  test("is struck by the campaign that is said to", () => {
    expect(CAMPAIGNS[template]).toHaveProperty(name);
    expect(readFileSync(campaignFile(template), "utf8")).toContain(`"${name}"`);
  });
});

test.each(ALL)("docs/triggers.md tells how soon it is raised: $template: $name", ({ name }) => {
  expect(DOCUMENTED).toContain(name);
});

test("no campaign strikes for a trigger that there is not", () => {
  const there = ALL.map(({ template, name }) => `${template}: ${name}`);
  const meant = Object.entries(CAMPAIGNS).flatMap(([template, faults]) =>
    Object.keys(faults).map((name) => `${template}: ${name}`),
  );
  expect(meant.toSorted()).toEqual(there.toSorted());
});

function isLookedAt({ pieces }: Trigger["expression"]): boolean {
  return pieces.some((piece) =>
    typeof piece === "string" ? piece.includes("nodata(") : "path" in piece && comesOn(piece),
  );
}
