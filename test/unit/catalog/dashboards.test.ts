import { describe, expect, test } from "vitest";
import type { Edition } from "../../../src/catalog/templates/edition.ts";
import { placed, shareOf } from "../../../src/catalog/templates/layout.ts";
import { type Body, type Groups, widgetBody } from "../../../src/catalog/templates/widgets.ts";
import type { Group, Page } from "../../../src/items/template.ts";
import { SOURCES } from "../../../src/sources/all.ts";

const PARTS = SOURCES.flatMap(({ template }) => template ?? []);
const PAGES = PARTS.flatMap(({ pages }) => pages);
const GROUPS = PARTS.flatMap(({ groups }) => groups);
const groups: Groups = {
  ofFigure: (figure) => the(GROUPS.find(({ figures }) => figures.includes(figure))),
  ofGraph: (graph) => the(GROUPS.find(({ graphs }) => graphs.includes(graph))),
};
const COLUMNS = { "6.0": 24, "7.0": 72 } as const;
const SCREEN_ROWS = 12;

function edition(server: "6.0" | "7.0", flavour: "passive" | "active" = "active"): Edition {
  return { server, flavour };
}

function the<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("not declared");
  return found;
}

function bodies(page: Page, server: "6.0" | "7.0"): readonly Body[] {
  const scene = { groups, template: "T", edition: edition(server), reference: "TMAAA" } as const;
  return placed(page, scene.edition).map((place) =>
    widgetBody(place.widget, { ...scene, share: shareOf(place, scene.edition) }),
  );
}

/** Names of the items that a server finds for a target "x". */
const ITEM_NAMES = GROUPS.flatMap((group) => group.figures.map(({ name }) => nameOf(group, name)));

function nameOf({ target }: Group, name: string): string {
  return target.length === 0 ? name : `${target.map(() => "x").join(" ")}: ${name}`;
}

describe.each(["6.0", "7.0"] as const)("Zabbix %s", (server) => {
  test.each(PAGES)("$name: every row is filled, and nothing lies on anything", (page) => {
    const places = placed(page, edition(server));
    const tops = [...new Set(places.map(({ y }) => y))];
    expect(places.length).toBeGreaterThan(0);
    let bottom = 0;
    for (const y of tops) {
      const row = places.filter((place) => place.y === y);
      expect(y).toBe(bottom);
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(COLUMNS[server]);
      let right = 0;
      for (const { x, width, height } of row) {
        expect(x).toBe(right);
        expect(height).toBe(row[0]?.height);
        right = x + width;
      }
      bottom = y + (row[0]?.height ?? 0);
    }
  });

  test.each(PAGES)("$name: shows nothing twice", (page) => {
    const shown = bodies(page, server).map((body) => JSON.stringify(body));
    expect(new Set(shown).size).toBe(shown.length);
  });
});

test.each(PAGES)("$name: is a screen of 1920 x 1080 in 7.0, without scrolling", (page) => {
  const bottom = Math.max(...placed(page, edition("7.0")).map(({ y, height }) => y + height));
  expect(bottom).toBeLessThanOrEqual(SCREEN_ROWS + 1);
});

test.each(PAGES)("$name: a pattern finds the items of one figure only, whatever templates the host has", (page) => {
  for (const { fields } of bodies(page, "7.0")) {
    for (const { name, value } of fields.filter((field) => /items\.0$/.test(field.name))) {
      const pattern = String(value);
      const matching = ITEM_NAMES.filter((item) => item.endsWith(pattern.slice(1)));
      expect(matching, `${name} ${pattern}`).toHaveLength(1);
    }
  }
});

test("6.0 has neither problems nor one graph for all targets", () => {
  const types = new Set(PAGES.flatMap((page) => bodies(page, "6.0")).map(({ type }) => type));
  expect(types).toEqual(new Set(["GRAPH_CLASSIC", "GRAPH_PROTOTYPE", "ITEM", "PLAIN_TEXT"]));
});

test.each(PAGES)("$name: a column of a legend in 7.0 has a sixth of the width", (page) => {
  for (const { widget, width } of placed(page, edition("7.0"))) {
    const { fields } = widgetBody(widget, {
      groups,
      template: "T",
      edition: edition("7.0"),
      reference: "TMAAA",
      share: width / 72,
    });
    const columns = fields.find(({ name }) => name === "legend_columns");
    if (columns !== undefined) expect(Number(columns.value) * 12).toBeLessThanOrEqual(Math.max(width, 24));
  }
});

test.each(PAGES)("$name: 6.0 shows no state for itself that a graph shows, too", (page) => {
  const widgets = placed(page, edition("6.0")).map(({ widget }) => widget);
  const lines = widgets.flatMap((widget) => (widget.kind === "lines" ? widget.graph.lines : []));
  for (const widget of widgets) if (widget.kind === "cells") expect(lines).not.toContain(widget.figure);
});

test("a graph of the host says so", () => {
  for (const { graphs, discovery } of GROUPS) {
    for (const { name, ofHost } of graphs) expect([name, ofHost === true]).toEqual([name, discovery === undefined]);
  }
});

test("what waits for a destination is shown only where tidemark sends by itself", () => {
  const waits = (flavour: "passive" | "active") =>
    PAGES.flatMap((page) => placed(page, edition("7.0", flavour))).filter(
      ({ widget }) => widget.kind === "lines" && widget.graph.name === "What waits",
    ).length;
  expect([waits("passive"), waits("active")]).toEqual([0, 1]);
});

test("cells are those of the template's own items", () => {
  const combs = PAGES.flatMap((page) => bodies(page, "7.0")).filter(({ type }) => type === "honeycomb");
  expect(combs.length).toBeGreaterThan(5);
  for (const { fields } of combs) {
    const tag = fields.find(({ name }) => name === "item_tags.0.tag")?.value;
    expect(tag).toBe("component");
  }
});
