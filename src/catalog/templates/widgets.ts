import { type Figure, type Graph, type Group, TARGET_TAGS, type Widget } from "../../items/template.ts";
import type { Edition } from "./edition.ts";
import { colourAt, graphName, shadesAt } from "./graphs.ts";
import type { Node } from "./items.ts";
import { figureKey, withTarget } from "./keys.ts";

/** Finds the group that a widget's figure or graph was declared in. */
export interface Groups {
  ofFigure(figure: Figure): Group;
  ofGraph(graph: Graph): Group;
}

/** Where a widget stands. */
export interface Scene {
  readonly groups: Groups;
  readonly template: string;
  readonly edition: Edition;
  /** Five capitals, unique in the dashboard: 7.0 wants them where another widget could listen. */
  readonly reference: string;
  /** Its part of the dashboard's width. */
  readonly share: number;
}

export type Field = { readonly type: FieldType; readonly name: string; readonly value: Node };

/** By their numbers in the server. */
export const FIELD_TYPES = ["INTEGER", "STRING", "ITEM", "ITEM_PROTOTYPE", "GRAPH", "GRAPH_PROTOTYPE"] as const;
type FieldType = (typeof FIELD_TYPES)[number];

/** A widget without its place. */
export interface Body {
  readonly type: string;
  readonly name?: string;
  readonly fields: readonly Field[];
}

/** Graphs beside each other where there is one for each target: three would cut their legends. */
const GRAPHS_ACROSS = 2;

/** Columns of a legend: names of lines are whole, or so much of them that targets can be told apart. */
const WHOLE_NAMES_ACROSS = 2;
const TARGETS_ACROSS = 6;
const MOST_LEGEND_COLUMNS = 4;

/** The server's constants. */
const PROBLEMS_ONLY = 3;
const MOST_SEVERE_FIRST = 1;
const EQUALS = 1;
const VALUE = 2;
const AS_MANY_ROWS_AS_NEEDED = 1;

/** What the server's export says of it. A layout for 6.0 has no problems. */
export function widgetBody(widget: Widget, scene: Scene): Body {
  const isOld = scene.edition.server === "6.0";
  switch (widget.kind) {
    case "lines":
      return isOld ? wholeGraph(widget.graph, scene) : linesOfAll(widget, scene);
    case "value":
      return singleValue(widget.figure, scene);
    case "text":
      return isOld ? plainText(widget.figure, scene) : itemHistory(widget.figure, scene);
    case "cells":
      return isOld ? perTarget(3, itemField("itemid", widget.figure, scene, "ITEM_PROTOTYPE")) : cells(widget, scene);
    case "problems":
      return problems(widget.of, scene);
  }
}

/** One for each target, or that of the host. */
function wholeGraph(graph: Graph, scene: Scene): Body {
  const name = graphName(graph, scene.groups.ofGraph(graph));
  const value = { host: scene.template, name };
  return graph.ofHost === true
    ? { type: "GRAPH_CLASSIC", fields: [integer("source_type", 0), { type: "GRAPH", name: "graphid", value }] }
    : perTarget(2, { type: "GRAPH_PROTOTYPE", name: "graphid", value });
}

function perTarget(sourceType: number, field: Field): Body {
  const across = [integer("columns", GRAPHS_ACROSS), integer("rows", 1)];
  return { type: "GRAPH_PROTOTYPE", fields: [...across, integer("source_type", sourceType), field] };
}

/** A data set per figure: that item of the host, or items that are found by their names, in which only the target differs. */
function linesOfAll({ graph, figures = graph.lines, title }: Extract<Widget, { kind: "lines" }>, scene: Scene): Body {
  const sets = figures.flatMap((figure, index): readonly Field[] => [
    ...(graph.ofHost === true ? itemSet(figure, index, scene) : patternSet(figure, index, scene)),
    integer(`ds.${index}.fill`, 0),
    integer(`ds.${index}.transparency`, 0),
    integer(`ds.${index}.width`, 2),
    ...(isRight(figure, graph, figures) ? [integer(`ds.${index}.axisy`, 1)] : []),
  ]);
  const hasRight = figures.some((figure) => isRight(figure, graph, figures));
  return {
    type: "svggraph",
    name: title ?? graph.name,
    fields: [
      ...sets,
      integer("legend_columns", figures.length === 1 ? roomForTargets(scene) : WHOLE_NAMES_ACROSS),
      integer("legend_lines", 4),
      integer("legend_lines_mode", AS_MANY_ROWS_AS_NEEDED),
      text("lefty_min", "0"),
      ...(hasRight ? [text("righty_min", "0")] : [integer("righty", 0)]),
      ...referenced(scene),
    ],
  };
}

/** Where all lines are of one figure, the title names it. */
function roomForTargets({ share }: Scene): number {
  return Math.min(Math.round(TARGETS_ACROSS * share), MOST_LEGEND_COLUMNS);
}

function itemSet(figure: Figure, index: number, scene: Scene): readonly Field[] {
  return [
    integer(`ds.${index}.dataset_type`, 0),
    itemField(`ds.${index}.itemids.0`, figure, scene, "ITEM"),
    text(`ds.${index}.color.0`, colourAt(index)),
  ];
}

function patternSet(figure: Figure, index: number, scene: Scene): readonly Field[] {
  return [text(`ds.${index}.items.0`, namePattern(figure, scene)), text(`ds.${index}.color`, shadesAt(index))];
}

/** What stands alone has the left axis. */
function isRight(figure: Figure, { right = [] }: Graph, shown: readonly Figure[]): boolean {
  return right.includes(figure) && !shown.every((one) => right.includes(one));
}

/** "*: Hit ratio 5m" */
function namePattern(figure: Figure, { groups }: Scene): string {
  return withTarget(groups.ofFigure(figure), figure.name).replace(/^.*?: /, "*: ");
}

function singleValue(figure: Figure, scene: Scene): Body {
  const isWhole = figure.type === "unsigned";
  return {
    type: oldOrNew(scene, "ITEM", "item"),
    name: figure.name,
    fields: [
      itemField(oldOrNew(scene, "itemid", "itemid.0"), figure, scene, "ITEM"),
      integer(oldOrNew(scene, "show", "show.0"), VALUE),
      ...(isWhole ? [integer("decimal_places", 0)] : []),
    ],
  };
}

function plainText(figure: Figure, scene: Scene): Body {
  return {
    type: "PLAIN_TEXT",
    name: figure.name,
    fields: [integer("show_lines", 1), itemField("itemids", figure, scene, "ITEM")],
  };
}

function itemHistory(figure: Figure, scene: Scene): Body {
  return {
    type: "itemhistory",
    name: figure.name,
    fields: [
      itemField("columns.0.itemid", figure, scene, "ITEM"),
      text("columns.0.name", figure.name),
      integer("show_column_header", 0),
      integer("show_lines", 1),
      integer("show_timestamp", 1),
      ...referenced(scene),
    ],
  };
}

/** Items of this name are those of this template: another's would have another tag. */
function cells({ figure, colours }: Extract<Widget, { kind: "cells" }>, scene: Scene): Body {
  const steps = Object.entries(colours).flatMap(([from, colour], index): readonly Field[] => [
    text(`thresholds.${index}.color`, colour),
    text(`thresholds.${index}.threshold`, from),
  ]);
  return {
    type: "honeycomb",
    name: figure.name,
    fields: [
      text("items.0", namePattern(figure, scene)),
      ...tagged("item_tags", "component", scene.groups.ofFigure(figure).component),
      text("primary_label", `{{ITEM.NAME}.regsub("^(.*): ${figure.name}$","\\1")}`),
      integer("secondary_label_decimal_places", 0),
      ...steps,
      ...referenced(scene),
    ],
  };
}

function problems(of: keyof typeof TARGET_TAGS | "host", scene: Scene): Body {
  return {
    type: "problems",
    name: "Problems",
    fields: [
      integer("show", PROBLEMS_ONLY),
      integer("show_timeline", 0),
      integer("sort_triggers", MOST_SEVERE_FIRST),
      ...(of === "host" ? [] : tagged("tags", "target", TARGET_TAGS[of])),
      ...referenced(scene),
    ],
  };
}

function tagged(name: string, tag: string, value: string): readonly Field[] {
  return [integer(`${name}.0.operator`, EQUALS), text(`${name}.0.tag`, tag), text(`${name}.0.value`, value)];
}

function oldOrNew({ edition }: Scene, old: string, present: string): string {
  return edition.server === "6.0" ? old : present;
}

function integer(name: string, value: number): Field {
  return { type: "INTEGER", name, value: String(value) };
}

function text(name: string, value: string): Field {
  return { type: "STRING", name, value };
}

function itemField(name: string, figure: Figure, { groups, template }: Scene, type: FieldType): Field {
  return { type, name, value: { host: template, key: figureKey(groups.ofFigure(figure), figure) } };
}

function referenced({ edition, reference: value }: Scene): readonly Field[] {
  return edition.server === "6.0" ? [] : [text("reference", value)];
}
