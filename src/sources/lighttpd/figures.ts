import { covered, NEARLY_ALL } from "../../derive/coverage.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";

/** A level of the sample. */
export function level(view: View, field: string): Answer<number> {
  const found = view.number(field);
  return Number.isNaN(found) ? none("no sample at this time") : value(found);
}

/** Share of the connections that is in use, percent. */
export function busyPercent(view: View): Answer<number> {
  return flatMap(level(view, "busy"), (busy) =>
    flatMap(level(view, "idle"), (idle) =>
      busy + idle === 0 ? none("the server allows no connections") : value((100 * busy) / (busy + idle)),
    ),
  );
}

/** Starts that were seen in a window; none until nine tenths of it are known. */
export function restartsIn(steps: Steps): Answer<number> {
  return flatMap(covered(steps, NEARLY_ALL), () => value(steps.starts));
}

/** Back ends that are down; none when no error log is watched. */
export function backEndsDown(view: View): Answer<number> {
  const found = view.number("backends_down");
  if (!Number.isNaN(found)) return value(found);
  const reason = view.newest?.texts.get("backends_unknown");
  return reason === undefined ? none("no error log is watched: set Lighttpd.NAME.ErrorLog") : unknown(reason);
}
