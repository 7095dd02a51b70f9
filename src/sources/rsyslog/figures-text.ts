import { type Column, figure, NOTHING } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";
import { isCurrent } from "./declare.ts";

/** A column of figures that are shown while the newest report is fresh. */
export function currentColumn(title: string, of: (view: View) => string): Column {
  return figure(title, (view) => (isCurrent(view) ? of(view) : NOTHING));
}

/** Of the last five minutes; undefined: the ring is shorter. */
export function overFiveMinutes(view: View, of: (window: Window) => Answer<number>): Answer<number> | undefined {
  const window = parseWindow("5m", view);
  return window.kind === "ok" ? of(window.value) : undefined;
}

export function told(answer: Answer<number> | undefined, decimals: number, unit = ""): string {
  return answer?.kind === "value" ? digits(answer.value, decimals, unit) : NOTHING;
}

export function digits(number: number, decimals: number, unit = ""): string {
  return Number.isNaN(number) ? NOTHING : `${number.toFixed(decimals)}${unit}`;
}
