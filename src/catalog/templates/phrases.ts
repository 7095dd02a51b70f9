import type { Figure, Group, Macro, Phrase } from "../../items/template.ts";
import { figureKey, lldMacro } from "./keys.ts";

/** Where a phrase stands. */
export interface Place {
  /** Technical name of the template. */
  readonly template: string;
  /** The group of a figure. */
  groupOf(figure: Figure): Group;
  /** The group of the trigger. */
  readonly group: Group;
}

/** Zabbix's expression: figures as `/template/key`, macros with the target as their context. */
export function expressionText({ pieces }: Phrase, place: Place): string {
  return pieces.map((piece) => (isFigure(piece) ? address(piece, place) : plain(piece, place))).join("");
}

/** An event's name: figures as the values that the trigger's expression had when it fired. */
export function eventText({ pieces }: Phrase, expression: Phrase, place: Place): string {
  const order = expression.pieces.filter(isFigure);
  return pieces.map((piece) => (isFigure(piece) ? lastValue(order.indexOf(piece)) : plain(piece, place))).join("");
}

/** `{$MEMCACHED.TTL.MIN:"{#INSTANCE}"}`. */
function macroText({ macro, context: own }: Macro, { target }: Group): string {
  const context = own ?? target[0];
  return context === undefined ? `{$${macro}}` : `{$${macro}:"${lldMacro(context)}"}`;
}

function address(figure: Figure, place: Place): string {
  return `/${place.template}/${figureKey(place.groupOf(figure), figure)}`;
}

function plain(piece: string | Macro, { group }: Place): string {
  return typeof piece === "string" ? piece : macroText(piece, group);
}

function isFigure(piece: string | Figure | Macro): piece is Figure {
  return typeof piece === "object" && "path" in piece;
}

/** Zabbix counts the items of an expression from 1. */
function lastValue(index: number): string {
  if (index < 0) throw new Error("an event's name shows a figure that its expression does not use");
  return `{ITEM.LASTVALUE${index + 1}}`;
}
