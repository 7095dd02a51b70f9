import { type Answer, none, value } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";

/** "Not within a year": what durations until an event answer at most. */
const YEAR_SECONDS = 31_536_000;

/** Seconds until the file system is full at the directory's growth over the window; 0: it is. */
export function fillSeconds(view: View, window: Window): Answer<number> {
  const free = view.number("free");
  if (Number.isNaN(free)) return none("the free room is not known");
  if (free === 0) return value(0);
  const oldest = oldestIn(view, window);
  if (oldest === undefined) return none(`no two samples in the last ${window.text}`);
  const grown = view.number("bytes") - oldest.number("bytes");
  const seconds = secondsBetween(oldest, view);
  if (!(grown > 0) || !(seconds > 0)) return value(YEAR_SECONDS);
  return value(Math.min(YEAR_SECONDS, Math.floor((free * seconds) / grown)));
}

function oldestIn(view: View, window: Window): View | undefined {
  for (let slot = view.slot - window.slots; slot < view.slot; slot++) {
    const past = view.at(slot);
    if (past.good !== undefined) return past;
  }
  return undefined;
}

/** By the wall clock where a reboot lies between. */
function secondsBetween({ good: from }: View, { good: to }: View): number {
  if (from === undefined || to === undefined) return Number.NaN;
  const measured = to.mono - from.mono;
  return Number.isNaN(measured) ? to.clock - from.clock : measured;
}
