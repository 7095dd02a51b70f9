import type { Graph, Group } from "../../items/template.ts";
import type { Node } from "./items.ts";
import { figureKey, withTarget } from "./keys.ts";
import { uuidOf } from "./uuid.ts";

/** Colours that can be told apart in both of Zabbix's themes, in the order in which lines take them. */
const COLOURS = ["1A7C11", "F63100", "2774A4", "A54F10", "FC6EA3", "6C59DC", "AC8C14", "611F27", "F230E0", "5CCD18"];

/** Of these the server makes lighter and darker ones, one for each target: half of the light's range in both directions. */
const SHADES = ["1469BE", "D84315", "1B7A35", "7B1FA2"];

/** A graph, or graph prototype. */
export function graphNode(graph: Graph, group: Group, template: string): Node {
  return {
    uuid: uuidOf("graph", template, graph.name),
    name: graphName(graph, group),
    type: graph.stacked ? "STACKED" : undefined,
    ymin_type_1: "FIXED",
    graph_items: graph.lines.map((line, index) => ({
      ...(index === 0 ? {} : { sortorder: String(index) }),
      ...(graph.stacked ? {} : { drawtype: "BOLD_LINE" }),
      color: colourAt(index),
      ...(graph.right?.includes(line) ? { yaxisside: "RIGHT" } : {}),
      item: { host: template, key: figureKey(group, line) },
    })),
  };
}

/** Of a graph's line. */
export function colourAt(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "";
}

/** The colour that the lines of one figure have shades of. */
export function shadesAt(index: number): string {
  return SHADES[index % SHADES.length] ?? "";
}

export function graphName({ name }: Graph, group: Group): string {
  return withTarget(group, name);
}
