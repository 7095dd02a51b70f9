import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { ageSeconds, isFresh } from "../../items/freshness.ts";
import { parseWindow, standardWindows } from "../../items/params.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { Steps, View, Window } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { fillSeconds } from "./fill-time.ts";
import { stateWord } from "./states.ts";

/** `time` and `age` are those of the newest good sample; null until there was one. */
export function master(view: View, now: Stamp): Answer<string> {
  const { attempt, good } = view;
  if (attempt === undefined) return unknown("no sample was taken yet");
  const always = {
    directory: view.target,
    state: attempt.state,
    state_text: stateWord(attempt.state),
    error: attempt.reason ?? "",
    time: good === undefined ? null : Math.floor(good.clock),
    age: good === undefined ? null : Math.round(ageSeconds(good, now)),
  };
  return value(JSON.stringify(isFresh(view, now) ? { ...always, ...fresh(view) } : always));
}

function fresh(view: View): object {
  const windows = standardWindows(view).flatMap((text) => {
    const parsed = parseWindow(text, view);
    return parsed.kind === "ok" ? [parsed.value] : [];
  });
  const over = (of: (steps: Steps) => Answer<number>) => byWindow(windows, (window) => of(view.steps(window)));
  return {
    path: view.newest?.texts.get("path"),
    logger: view.newest?.texts.get("logger"),
    pid: view.newest?.numbers.get("pid"),
    line_age: known(view.number("age")),
    bytes: known(view.number("bytes")),
    current: view.newest?.numbers.get("current"),
    files: view.newest?.numbers.get("files"),
    unclean: known(view.number("unclean")),
    blocked: known(view.number("blocked")),
    free: known(view.number("free")),
    rate: over((steps) => rate(steps, "written")),
    written: over((steps) => increase(steps, "written")),
    estimated: over((steps) => increase(steps, "estimated")),
    rotations: over((steps) => increase(steps, "rotations")),
    fill_time: byWindow(windows, (window) => fillSeconds(view, window)),
  };
}

/** Values by window; windows without one are left out. */
function byWindow(windows: readonly Window[], of: (window: Window) => Answer<number>): object {
  return Object.fromEntries(
    windows.map((window) => {
      const answer = of(window);
      return [window.text, answer.kind === "value" ? known(answer.value) : undefined];
    }),
  );
}

function known(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : Number(number.toFixed(6));
}
