import { type Figure, type Phrase, phrase, type Trigger, type TriggerDeclared, triggerOf } from "./template.ts";

/**
 * Whether values of a figure still come. A server keeps the last value of an item for ever, so a problem that rests on it
 * would stay for ever, too, once its target is gone: the problem holds while they come, and is over when they do not.
 */
export interface Coming {
  /** For the problem's expression: a recovery counts only once that is false. */
  readonly comes: Phrase;
  /** For the recovery's. */
  readonly gone: Phrase;
}

/**
 * Beside a figure that always has a value, which makes the server look whenever one comes. The answer takes a figure, and a
 * span that is longer than the figure's heartbeat.
 */
export function comingBeside(always: Figure): (figure: Figure, span?: string) => Coming {
  return (figure, span = "15m") => ({
    comes: phrase`count(${figure},${span})>0 and last(${always})>=0`,
    gone: phrase`count(${figure},${span})=0`,
  });
}

/** Where no figure always has a value: the server looks by itself twice a minute. */
export function coming(figure: Figure, span = "30m"): Coming {
  return { comes: phrase`nodata(${figure},${span})=0`, gone: phrase`nodata(${figure},${span})=1` };
}

/** A problem that rests on values that come. @param declared its expression has no `or` outside of brackets */
export function triggerWhile({ comes, gone }: Coming, declared: TriggerDeclared): Trigger {
  return triggerOf({
    ...declared,
    expression: phrase`${declared.expression} and ${comes}`,
    recovery: phrase`${declared.recovery} or ${gone}`,
  });
}
