import { createTask, validateDetailed } from "node-cron";
import { malformed, ok, type Parsed } from "../ring/answer.ts";

const DAY = 86_400;

/**
 * Seconds between the firings of a node-cron expression. Malformed when it is not one, or not evenly spaced over the
 * whole day and every day, because slots of different length have no rate.
 */
export function stepSeconds(expression: string): Parsed<number> {
  const { valid, errors, fields } = validateDetailed(expression);
  if (!valid || fields === undefined) return malformed(errors.map(({ message }) => message).join("; "));
  if (fields.dayOfMonth.length < 31 || fields.month.length < 12 || fields.dayOfWeek.length < 7) {
    return malformed("not evenly spaced: it leaves out days; expected * for day of month, month and day of week");
  }
  const firings = fields.hour.flatMap((hour) =>
    fields.minute.flatMap((minute) => fields.second.map((second) => (hour * 60 + minute) * 60 + second)),
  );
  return evenGap(firings);
}

/** @param firings seconds of the day, rising */
function evenGap(firings: readonly number[]): Parsed<number> {
  const first = firings[0];
  if (first === undefined) return malformed("it never fires");
  const gaps = firings.map((firing, index) => (firings[index + 1] ?? first + DAY) - firing);
  const step = gaps[0] ?? DAY;
  const other = gaps.find((gap) => gap !== step);
  return other === undefined ? ok(step) : malformed(`not evenly spaced: one gap is ${step} s, another ${other} s`);
}

/** Calls back at each firing until the returned function is called. */
export function onSchedule(expression: string, tick: () => void): () => void {
  const quiet = { info: ignore, warn: ignore, error: ignore, debug: ignore };
  // UTC: a daylight-saving change would be an uneven gap.
  const task = createTask(expression, tick, { timezone: "Etc/UTC", suppressMissedWarning: true, logger: quiet });
  void task.start();
  return () => void task.destroy();
}

/** Missed firings are counted by their slots; node-cron's own words about them would only repeat it. */
function ignore(): void {}
