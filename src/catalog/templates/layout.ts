import type { Graph, Page, Row, Widget } from "../../items/template.ts";
import type { Edition, ServerVersion } from "./edition.ts";

/** A widget in its place, on a grid of `columns` columns. */
export interface Placed {
  readonly widget: Widget;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Columns of the widest widget: 7.0 divides the same width into three times as many. */
const COLUMNS: Readonly<Record<ServerVersion, number>> = { "6.0": 24, "7.0": 72 };

/** Where the widgets of a page are. 6.0 shows less, and one graph for each target: such widgets take a row each. */
export function placed({ rows }: Page, edition: Edition): readonly Placed[] {
  const { server } = edition;
  const own = rows.map((row) => withoutOthers(row, edition)).filter(({ widgets }) => widgets.length > 0);
  const shown = server === "6.0" ? rowsOf6(own) : own;
  return shown.flatMap((row, index) => {
    const y = shown.slice(0, index).reduce((sum, { height }) => sum + height, 0);
    return inRow(row, y, COLUMNS[server]);
  });
}

/** How much of the width it has, 1 is all. */
export function shareOf({ width }: Placed, { server }: Edition): number {
  return width / COLUMNS[server];
}

/** Without widgets of the other flavour; widths are then all the same. */
function withoutOthers(row: Row, { flavour }: Edition): Row {
  const widgets = row.widgets.filter((widget) => widget.kind !== "lines" || (widget.only ?? flavour) === flavour);
  return widgets.length === row.widgets.length ? row : { height: row.height, widgets };
}

function inRow({ widgets, height, widths = widgets.map(() => 1) }: Row, y: number, columns: number): readonly Placed[] {
  const all = widths.reduce((sum, width) => sum + width, 0);
  const edge = (index: number) =>
    Math.round((widths.slice(0, index).reduce((sum, width) => sum + width, 0) / all) * columns);
  return widgets.map((widget, index) => {
    const x = edge(index);
    return { widget, x, y, width: edge(index + 1) - x, height };
  });
}

/** Graphs of a page are each shown once, and a state that one of them has not alone; first what fits beside each other, then those that take a row. */
function rowsOf6(rows: readonly Row[]): readonly Row[] {
  const graphs = new Set<Graph>();
  const lines = rows.flatMap(({ widgets }) => widgets.flatMap((one) => (one.kind === "lines" ? one.graph.lines : [])));
  return rows.flatMap(({ widgets, height }) => {
    const shown = widgets
      .filter((widget) => widget.kind !== "problems" && isNew(widget, graphs))
      .filter((widget) => widget.kind !== "cells" || !lines.includes(widget.figure));
    const beside = shown.filter((widget) => !isPerTarget(widget));
    const alone = shown.filter(isPerTarget);
    const own = beside.length === 0 ? [] : [{ height: heightOf6(beside, height), widgets: beside }];
    return [...own, ...alone.map((widget) => ({ height: heightOf6([widget], height), widgets: [widget] }))];
  });
}

function isNew(widget: Widget, graphs: Set<Graph>): boolean {
  if (widget.kind !== "lines") return true;
  if (graphs.has(widget.graph)) return false;
  graphs.add(widget.graph);
  return true;
}

function isPerTarget(widget: Widget): boolean {
  return widget.kind === "cells" || (widget.kind === "lines" && widget.graph.ofHost !== true);
}

/** A legend below and times on end beside the axis leave little of a low graph; a number needs little. */
function heightOf6(widgets: readonly Widget[], height: number): number {
  if (widgets.every(({ kind }) => kind === "value")) return Math.min(2, height);
  return widgets.every(({ kind }) => kind === "value" || kind === "text") ? height : Math.max(5, height);
}
