import type { Figure, Graph, Group, Page, Widget } from "../../items/template.ts";
import type { Edition } from "./edition.ts";
import { graphName } from "./graphs.ts";
import type { Node } from "./items.ts";
import { figureKey, withTarget } from "./keys.ts";
import { uuidOf } from "./uuid.ts";

/** Finds the group that a widget's figure or graph was declared in. */
export interface Groups {
  ofFigure(figure: Figure): Group;
  ofGraph(graph: Graph): Group;
}

/** 7.0 divides the same width into three times as many columns. */
const COLUMNS_OF_7 = 3;

/** One dashboard with the pages of all parts. */
export function dashboardNode(pages: readonly Page[], groups: Groups, template: string, edition: Edition): Node {
  return {
    uuid: uuidOf("dashboard", template),
    name: "Overview",
    pages: pages.map(({ name, widgets }, index) => ({
      name,
      widgets: widgets
        .flatMap((widget, place) => {
          const shown = widgetNode(widget, { groups, template, edition, reference: reference(index, place) });
          return shown === undefined ? [] : [{ widget, shown }];
        })
        .toSorted((one, other) => asExported(one, other, edition))
        .map(({ widget, shown }) => ({
          ...shown,
          ...position(widget, edition),
          fields: sorted(shown.fields, edition),
        })),
    })),
  };
}

interface Scene {
  readonly groups: Groups;
  readonly template: string;
  readonly edition: Edition;
  /** Five capitals, unique in the dashboard: 7.0 wants them where another widget could listen. */
  readonly reference: string;
}

function position({ x, y, width, height }: Widget, { server }: Edition): { readonly [name: string]: Node } {
  const scale = server === "7.0" ? COLUMNS_OF_7 : 1;
  return { ...unlessZero("x", x * scale), ...unlessZero("y", y), width: String(width * scale), height: String(height) };
}

/** A file that says 0 would differ from the server's own export. */
function unlessZero(name: string, place: number): { readonly [name: string]: Node } {
  return place === 0 ? {} : { [name]: String(place) };
}

type Field = { readonly type: FieldType; readonly name: string; readonly value: Node };

/** By their numbers in the server. */
const FIELD_TYPES = ["INTEGER", "STRING", "ITEM", "ITEM_PROTOTYPE", "GRAPH", "GRAPH_PROTOTYPE"] as const;
type FieldType = (typeof FIELD_TYPES)[number];

interface Shown {
  readonly widget: Widget;
  readonly shown: Body;
}

/** The order of the server's own export, so that an import of the same file again says that nothing changes. */
function asExported(one: Shown, other: Shown, { server }: Edition): number {
  const word = ({ shown }: Shown) => (server === "6.0" ? `${shown.type} ${shown.name ?? ""}` : "");
  return compare(word(one), word(other)) || one.widget.x - other.widget.x || one.widget.y - other.widget.y;
}

function sorted(fields: readonly Field[], { server }: Edition): readonly Field[] {
  const byType = (one: Field, other: Field) => FIELD_TYPES.indexOf(one.type) - FIELD_TYPES.indexOf(other.type);
  return fields.toSorted((one, other) => (server === "6.0" ? byType(one, other) : 0) || compare(one.name, other.name));
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, "en");
}

type Body = { readonly type: string; readonly name?: string; readonly fields: readonly Field[] };

function widgetNode(widget: Widget, scene: Scene): Body | undefined {
  switch (widget.kind) {
    case "graph":
      return classicGraph(widget.graph, scene);
    case "graphs":
      return graphs(widget.graph, widget, scene);
    case "value":
      return singleValue(widget.figure, scene);
    case "cells":
      return scene.edition.server === "7.0" ? cells(widget, scene) : figureGraphs(widget.figure, scene);
    case "problems":
      return scene.edition.server === "7.0" ? problems(scene) : undefined;
  }
}

function classicGraph(graph: Graph, scene: Scene): Body {
  const name = graphName(graph, scene.groups.ofGraph(graph));
  return {
    type: oldOrNew(scene, "GRAPH_CLASSIC", "graph"),
    fields: [integer("source_type", 0, scene), graphField(name, scene), ...referenced(scene)],
  };
}

function graphs(graph: Graph, { columns, rows }: { columns: number; rows: number }, scene: Scene): Body {
  const name = graphName(graph, scene.groups.ofGraph(graph));
  return {
    type: oldOrNew(scene, "GRAPH_PROTOTYPE", "graphprototype"),
    fields: [
      integer("columns", columns, scene),
      integer("rows", rows, scene),
      integer("source_type", 2, scene),
      graphField(name, scene, "GRAPH_PROTOTYPE"),
      ...referenced(scene),
    ],
  };
}

function figureGraphs(figure: Figure, scene: Scene): Body {
  return {
    type: oldOrNew(scene, "GRAPH_PROTOTYPE", "graphprototype"),
    fields: [
      integer("columns", 3, scene),
      integer("rows", 1, scene),
      integer("source_type", 3, scene),
      itemField(figure, scene, "ITEM_PROTOTYPE"),
    ],
  };
}

function singleValue(figure: Figure, scene: Scene): Body {
  return {
    type: oldOrNew(scene, "ITEM", "item"),
    name: figure.name,
    fields: [itemField(figure, scene, "ITEM"), integer("show", 2, scene, 0), integer("show", 4, scene, 1)],
  };
}

function cells({ figure, colours }: Extract<Widget, { kind: "cells" }>, scene: Scene): Body {
  const steps = Object.entries(colours).flatMap(([from, colour], index): readonly Field[] => [
    { type: "STRING", name: `thresholds.${index}.color`, value: colour },
    { type: "STRING", name: `thresholds.${index}.threshold`, value: from },
  ]);
  return {
    type: "honeycomb",
    name: figure.name,
    fields: [
      {
        type: "STRING",
        name: "items.0",
        value: withTarget(scene.groups.ofFigure(figure), figure.name).replace(/^.*?: /, "*: "),
      },
      { type: "STRING", name: "primary_label", value: "{ITEM.NAME}" },
      ...steps,
      ...referenced(scene),
    ],
  };
}

function problems(scene: Scene): Body {
  return { type: "problems", name: "Problems", fields: referenced(scene) };
}

function oldOrNew({ edition }: Scene, old: string, present: string): string {
  return edition.server === "6.0" ? old : present;
}

function integer(name: string, value: number, scene: Scene, index?: number): Field {
  const place = index === undefined || scene.edition.server === "6.0" ? "" : `.${index}`;
  return { type: "INTEGER", name: `${name}${place}`, value: String(value) };
}

function graphField(name: string, scene: Scene, type: FieldType = "GRAPH"): Field {
  return { type, name: oldOrNew(scene, "graphid", "graphid.0"), value: { host: scene.template, name } };
}

function itemField(figure: Figure, scene: Scene, type: FieldType): Field {
  const key = figureKey(scene.groups.ofFigure(figure), figure);
  return { type, name: oldOrNew(scene, "itemid", "itemid.0"), value: { host: scene.template, key } };
}

function referenced({ edition, reference: value }: Scene): readonly Field[] {
  return edition.server === "6.0" ? [] : [{ type: "STRING", name: "reference", value }];
}

function reference(page: number, place: number): string {
  const letters = [page, Math.floor(place / 26), place % 26].map((number) => String.fromCharCode(65 + number));
  return `TM${letters.join("")}`;
}
