import { createTask, type ScheduledTask, validateDetailed } from "node-cron";
import type { Io } from "../io/io.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Stamp } from "../ring/sample.ts";

const DAY = 86_400;

/**
 * Seconds between the firings of a node-cron expression. Malformed when it is not one, or not evenly spaced over the
 * whole day and every day, because slots of different length have no rate.
 */
export function stepSeconds(expression: string): Parsed<number> {
  // node-cron makes lists of ranges before it looks at their ends: those of a long number end the process.
  const [large] = /\d{3,}/.exec(expression) ?? [];
  if (large !== undefined) return malformed(`no field has a number as large as ${large.slice(0, 20)}`);
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

/** So long before each firing both clocks are compared: after timers of the same loop, before node-cron's own. */
const BEFORE_SECONDS = 0.005;

/**
 * Fires a tick at each match of an expression until it is stopped.
 *
 * node-cron plans by the wall clock alone: one set back by an hour would make it wait that hour, one set forward by
 * years (a machine that boots in 1970) would make it go through all that was missed. So just before each firing the
 * wall clock is compared with the monotonic one, and after a step everything is planned anew.
 */
export class Firing {
  readonly #expression: string;
  readonly #step: number;
  readonly #io: Pick<Io, "now" | "after">;
  readonly #tick: () => void;
  #task: ScheduledTask;
  #cancel: () => void = () => undefined;
  #planned: Stamp;

  /** @param step seconds between two firings */
  constructor(plan: { expression: string; step: number }, io: Pick<Io, "now" | "after">, tick: () => void) {
    this.#expression = plan.expression;
    this.#step = plan.step;
    this.#io = io;
    this.#tick = tick;
    this.#planned = io.now();
    this.#task = this.#begin();
    this.#watch();
  }

  stop(): void {
    this.#cancel();
    void this.#task.destroy();
  }

  #begin(): ScheduledTask {
    const quiet = { info: ignore, warn: ignore, error: ignore, debug: ignore };
    const task = createTask(this.#expression, () => this.#fired(), {
      timezone: "Etc/UTC", // a daylight-saving change would be an uneven gap
      missedExecutionTolerance: this.#step * 1000, // a late tick is better than none
      suppressMissedWarning: true,
      logger: quiet,
    });
    void task.start();
    return task;
  }

  #fired(): void {
    this.#watch();
    this.#tick();
  }

  /** Looks again just before the next firing. */
  #watch(): void {
    this.#planned = this.#io.now();
    const due = (this.#task.getNextRun()?.getTime() ?? Number.NaN) / 1000;
    const seconds = due - this.#planned.clock - BEFORE_SECONDS;
    this.#after(seconds > 0 ? seconds : this.#step);
  }

  #after(seconds: number): void {
    this.#cancel();
    this.#cancel = this.#io.after(seconds * 1000, () => this.#compare());
  }

  #compare(): void {
    const now = this.#io.now();
    const stepped = now.clock - this.#planned.clock - (now.mono - this.#planned.mono);
    if (Math.abs(stepped) < this.#step / 2) {
      this.#after(this.#step);
      return;
    }
    void this.#task.destroy();
    this.#task = this.#begin();
    this.#watch();
  }
}

/** Missed firings are counted by their slots; node-cron's own words about them would only repeat it. */
function ignore(): void {}
