import { cpSync } from "node:fs";
import fc from "fast-check";
import { expect } from "vitest";
import type { Batch } from "../../../src/outbox/batch.ts";
import type { Outbox } from "../../../src/outbox/outbox.ts";
import { closeAll, namesIn, openOutbox, row, temporaryDirectory } from "./workbench.ts";

/*
 * A daemon that evaluates slots into an outbox and sends its batches to a server, and is killed at any moment. The
 * server does what real ones do: of each session it takes only ids above the last one.
 */

type Step =
  | { readonly kind: "slot"; readonly rows: number; readonly size: number }
  | { readonly kind: "send"; readonly most: number; readonly answer: "arrives" | "is lost" }
  | { readonly kind: "settle" }
  | { readonly kind: "kill" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("slot" as const), rows: fc.nat(6), size: fc.constantFrom(1, 1, 90_000) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      most: fc.integer({ min: 1, max: 5 }),
      answer: fc.constantFrom("arrives" as const, "is lost" as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "kill" as const }) },
);

class Server {
  readonly history: string[] = [];
  readonly #last = new Map<string, number>();
  readonly #seen = new Map<string, string>();

  take({ session, rows }: Batch): void {
    for (const { id, body } of rows) {
      const known = this.#seen.get(`${session} ${id}`) ?? body;
      expect(known === body, `id ${id} was given to two values`).toBe(true);
      this.#seen.set(`${session} ${id}`, body);
      if (id > (this.#last.get(session) ?? 0)) this.history.push(body);
      this.#last.set(session, Math.max(id, this.#last.get(session) ?? 0));
    }
  }
}

class Life {
  readonly slots: (readonly string[])[] = [];
  readonly server = new Server();
  #directory = temporaryDirectory();
  #outbox: Outbox | undefined;
  /** The batch that was handed out and not acknowledged. */
  #open: Batch | undefined;

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case "slot": {
        const slot = this.slots.length;
        this.slots.push(Array.from({ length: step.rows }, (_, at) => `${slot}.${at}`.padEnd(step.size, "x")));
        return this.#evaluate();
      }
      case "send":
        return this.#send(step.most, step.answer);
      case "settle":
        await (await this.#running()).settled();
        return;
      case "kill":
        return this.#kill();
    }
  }

  async finish(): Promise<void> {
    await this.#evaluate();
    const outbox = await this.#running();
    for (let batch = await outbox.next(250); batch !== undefined; batch = await outbox.next(250)) {
      this.server.take(batch);
      outbox.acknowledge(batch);
    }
    expect(outbox.stats).toEqual({ rows: 0, bytes: 0, oldest: undefined, dropped: 0, failed: 0 });
  }

  async #running(): Promise<Outbox> {
    if (this.#outbox !== undefined) return this.#outbox;
    const { outbox, lines } = await openOutbox({ directory: this.#directory });
    expect(lines.filter((line) => !line.endsWith("cut there."))).toEqual([]);
    this.#outbox = outbox;
    return outbox;
  }

  /** As the daemon does it: every slot behind the cursor. */
  async #evaluate(): Promise<void> {
    const outbox = await this.#running();
    for (let slot = (outbox.cursor ?? -1) + 1; slot < this.slots.length; slot++) {
      outbox.put(slot, this.slots[slot]?.map((name) => row(name)) ?? []);
    }
  }

  async #send(most: number, answer: "arrives" | "is lost"): Promise<void> {
    const outbox = await this.#running();
    const batch = await outbox.next(most);
    if (this.#open !== undefined) expect(sent(batch)).toEqual(sent(this.#open));
    if (batch === undefined) return;
    this.server.take(batch);
    this.#open = answer === "arrives" ? undefined : batch;
    if (answer === "arrives") outbox.acknowledge(batch);
  }

  /** What is on disk at this moment is all that the next life has; writes under way go on in the old place. */
  #kill(): void {
    const copy = temporaryDirectory();
    cpSync(this.#directory, copy, { recursive: true });
    this.#directory = copy;
    this.#outbox = undefined;
  }
}

/** What goes over the wire, shortened. */
function sent(batch: Batch | undefined) {
  return [batch?.session, batch?.rows.map(({ id }) => id), namesIn(batch).map((name) => name.slice(0, 20))];
}

/** Runs so many scripts of chance, and expects the server to have every value once and in order after each. */
export async function expectEveryValueOnce(runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (script) => {
      const life = new Life();
      for (const step of script) await life.do(step);
      await life.finish();
      await closeAll();
      const bodies = life.slots.flat().map((name) => row(name).body);
      expect(life.server.history.length).toBe(bodies.length);
      expect(life.server.history.every((body, at) => body === bodies[at])).toBe(true);
    }),
    { numRuns: runs },
  );
}
