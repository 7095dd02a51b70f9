import { type Answer, flatMap, unknown, value } from "../ring/answer.ts";
import type { Steps, View } from "../ring/moment.ts";
import type { Stamp } from "../ring/sample.ts";
import { ageSeconds, isFresh } from "./freshness.ts";
import { parseWindow, standardWindows } from "./params.ts";
import type { StateWords } from "./states.ts";

/** What one family's master item says. */
export interface MasterParts {
  /** The JSON field that holds the target's name: "instance". */
  readonly name: string;
  readonly states: StateWords<string>;
  /** The other fields; they appear only while the newest sample is fresh. What is undefined is left out. */
  fresh(view: View): object;
}

/**
 * The JSON of a master item: name, state, state_text, error, time and age always, since a failure is its value.
 * `time` and `age` are those of the newest good sample; left out until there was one, since servers take null for a text.
 */
export function masterJson(view: View, now: Stamp, parts: MasterParts): Answer<string> {
  return flatMap(masterFields(view, now, parts), (fields) => value(masterText(fields)));
}

/** The same before it is JSON: a part of a master of several targets. */
export function masterFields(view: View, now: Stamp, parts: MasterParts): Answer<object> {
  const { attempt, good } = view;
  if (attempt === undefined) return unknown("no sample was taken yet");
  const always = {
    [parts.name]: view.target,
    state: attempt.state,
    state_text: parts.states.word(attempt.state),
    error: attempt.reason ?? "",
    time: good === undefined ? undefined : Math.floor(good.clock),
    age: good === undefined ? undefined : Math.round(ageSeconds(good, now)),
  };
  return value(isFresh(view, now) ? { ...always, ...parts.fresh(view) } : always);
}

/** JSON with counters above 2^53 as texts, exactly; Zabbix reads a number out of either. */
export function masterText(fields: object): string {
  return JSON.stringify(fields, (_, found: unknown) => (typeof found === "bigint" ? found.toString() : found));
}

/** A master's figure, to six decimals; undefined, which JSON leaves out, when there is none now. */
export function figure(answer: Answer<number> | number): number | undefined {
  if (typeof answer === "number") return Number.isNaN(answer) ? undefined : Number(answer.toFixed(6));
  return answer.kind === "value" ? figure(answer.value) : undefined;
}

/** The steps of a view's standard windows. */
export function standardSteps(view: View): readonly Steps[] {
  return stepsOf(view, standardWindows(view));
}

/** Those of windows of these lengths, as far as the ring holds them. */
export function stepsOf(view: View, lengths: readonly string[]): readonly Steps[] {
  return lengths.flatMap((text) => {
    const parsed = parseWindow(text, view);
    return parsed.kind === "ok" ? [view.steps(parsed.value)] : [];
  });
}

/** Figures by window: `{"5m": 1.5}`. */
export function byWindow(windows: readonly Steps[], of: (steps: Steps) => Answer<number>): object {
  return Object.fromEntries(windows.map((steps) => [steps.window.text, figure(of(steps))]));
}
