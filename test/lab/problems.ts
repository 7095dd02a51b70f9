import { afterAll } from "vitest";
import { pause, waitFor } from "../real/wait.ts";
import { found, type Row } from "./api.ts";
import type { PolledHost } from "./polled-host.ts";

const LOOK_MS = 250;

/** One problem as the server tells it. */
export interface Problem {
  /** Name of the trigger, such as "main: Memcached hangs". */
  readonly trigger: string;
  /** Name of the event, with the figures of that moment. */
  readonly event: string;
  /** When it was first seen here, and when it was seen to be over; wall seconds. */
  readonly seen: number;
  over: number | undefined;
}

const watches: ProblemWatch[] = [];
afterAll(() => Promise.all(watches.map((watch) => watch.stop())));

/** Looks at the problems of a host all the time, and remembers them. */
export class ProblemWatch {
  readonly #host: PolledHost;
  readonly #problems = new Map<string, Problem>();
  readonly #triggers = new Map<string, string>();
  readonly #looking: Promise<void>;
  #stopped = false;
  #failure: unknown;

  constructor(host: PolledHost) {
    this.#host = host;
    watches.push(this);
    this.#looking = this.#look();
  }

  /** Settles when it looks no more. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#looking;
  }

  /** All that there were, oldest first. */
  get all(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** Names of the triggers whose problems are there now. */
  get open(): readonly string[] {
    return this.all.filter(({ over }) => over === undefined).map(({ trigger }) => trigger);
  }

  /** The newest problem of a trigger that was seen since; waits for it. */
  raised(trigger: string, since: number, seconds: number): Promise<Problem> {
    const newest = () => this.all.findLast((problem) => problem.trigger === trigger && problem.seen >= since);
    return this.#until(newest, `the problem "${trigger}"`, seconds);
  }

  /** When the newest problem of a trigger was over; waits for it. */
  async recovered(trigger: string, seconds: number): Promise<number> {
    const end = () => this.all.findLast((problem) => problem.trigger === trigger)?.over;
    return this.#until(end, `the end of "${trigger}"`, seconds);
  }

  async #until<T>(ask: () => T | undefined, what: string, seconds: number): Promise<T> {
    const there = () => {
      if (this.#failure !== undefined) throw this.#failure;
      return ask() ?? Promise.reject(new Error(`there are ${JSON.stringify(this.open)}`));
    };
    return (await waitFor(there, { what: `${what} on the server`, seconds })) as T;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      await this.#lookOnce().then(
        () => (this.#failure = undefined),
        (error: unknown) => (this.#failure = error),
      );
      await pause(LOOK_MS);
    }
  }

  async #lookOnce(): Promise<void> {
    const { api, id } = this.#host;
    const rows = await api.rows("problem.get", { hostids: id, output: ["eventid", "objectid", "name"] });
    const seen = Date.now() / 1000;
    if (rows.some(({ objectid = "" }) => !this.#triggers.has(objectid))) await this.#nameTriggers();
    for (const row of rows) this.#note(row, seen);
    const there = new Set(rows.map(({ eventid }) => eventid));
    for (const [eventid, problem] of this.#problems) if (!there.has(eventid)) problem.over ??= seen;
  }

  #note({ eventid = "", objectid = "", name: event = "" }: Row, seen: number): void {
    if (this.#problems.has(eventid)) return;
    const trigger = found(this.#triggers.get(objectid), `there is no trigger ${objectid}`);
    this.#problems.set(eventid, { trigger, event, seen, over: undefined });
  }

  async #nameTriggers(): Promise<void> {
    const { api, id } = this.#host;
    const rows = await api.rows("trigger.get", { hostids: id, output: ["description"] });
    for (const { triggerid = "", description = "" } of rows) this.#triggers.set(triggerid, description);
  }
}
