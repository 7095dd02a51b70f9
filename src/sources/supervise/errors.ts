import { covered, NEARLY_ALL } from "../../derive/coverage.ts";
import { eachWindow, ONCE } from "../../items/family.ts";
import { staleReason } from "../../items/freshness.ts";
import { window } from "../../items/params.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Moment, View, Window } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { allItem } from "./declare.ts";

/** The source of these items, and its one target: all such programs together. */
export const ERRORS_SOURCE = "readproctitle";
export const ERRORS_TARGET = "all";

export const errors = allItem({
  key: "supervise.errors",
  params: {},
  type: "text",
  units: "",
  name: "Errors of supervisors and services",
  doc:
    "What readproctitle (under svscan) and runsvdir show now: the newest few hundred characters that supervisors and " +
    "services without a log wrote; empty when there is nothing. None where no such program runs.",
  standard: () => ONCE,
  value: (moment, _, now) => flatMap(fresh(moment, now), (view) => value(view.text("errors") ?? "")),
});

export const newErrors = allItem({
  key: "supervise.errors.new",
  params: { window: window("5m") },
  type: "text",
  units: "",
  name: "New errors of supervisors and services",
  doc:
    "The lines that appeared in supervise.errors within the window, whoever asked before; empty when there were none. " +
    "A line that was written again and again between two samples appears once or more. " +
    "None where no such program runs, and until nine tenths of the window are known.",
  standard: eachWindow,
  value: (moment, args, now) =>
    flatMap(fresh(moment, now), (view) =>
      flatMap(covered(view.steps(args.window), NEARLY_ALL), () => value(linesIn(view, args.window).join("\n"))),
    ),
});

/** A failed sample says that no such program runs, which is nobody's fault. */
function fresh(moment: Moment, now: Stamp): Answer<View> {
  return flatMap(moment.view(ERRORS_SOURCE, ERRORS_TARGET), (view) => {
    const nobody = view.attempt?.reason;
    if (nobody !== undefined) return none(nobody);
    const stale = staleReason(view, now);
    return stale === undefined ? value(view) : unknown(stale);
  });
}

/** The ring keeps the changes of a text: those that came after the window's start. */
function linesIn(view: View, { slots }: Window): readonly string[] {
  const lines: string[] = [];
  let before = view.at(view.slot - slots).text("new_errors");
  for (let slot = view.slot - slots + 1; slot <= view.slot; slot++) {
    const text = view.at(slot).text("new_errors");
    if (text !== undefined && text !== before) lines.push(...text.split("\n").slice(1));
    before = text;
  }
  return lines;
}
