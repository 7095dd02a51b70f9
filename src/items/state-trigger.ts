import { type Figure, phrase, type Trigger, triggerOf } from "./template.ts";

/** What a trigger on a state says of itself, and when. */
export interface StateTrigger extends Pick<Trigger, "name" | "priority" | "scope" | "doc"> {
  readonly state: Figure;
  /** Its text is shown in the event. */
  readonly error?: Figure;
  /** The lowest and the highest number of the states meant. */
  readonly numbers: readonly [lowest: number, highest: number];
  /** Values running that must be so, two where nothing is said: one alone may be a moment. */
  readonly span?: `#${number}`;
  readonly after?: readonly Trigger[];
  readonly closable?: boolean;
}

/** A problem while a state item says so and until it says something else, which it always does. */
export function stateTrigger({ state, error, numbers, span = "#2", ...declared }: StateTrigger): Trigger {
  const [lowest, highest] = numbers.map(String) as [string, string];
  const held = phrase`min(${state},${span})>=${lowest} and max(${state},${span})<=${highest}`;
  return triggerOf({
    ...declared,
    event: error === undefined ? phrase`${declared.name}` : phrase`${declared.name}: ${error}`,
    expression: error === undefined ? held : phrase`${held} and length(last(${error}))>=0`,
    recovery: phrase`last(${state})<${lowest} or last(${state})>${highest}`,
  });
}
