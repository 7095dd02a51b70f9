import { expect, test } from "vitest";
import type { Io } from "../../../../src/io/io.ts";
import { Titles } from "../../../../src/sources/supervise/complaints.ts";
import { Supervisors } from "../../../../src/sources/supervise/supervisors.ts";
import { ioOver, Tree } from "./tree.ts";

const DOTS = ".".repeat(40);

/** A machine whose readproctitle shows what a test says. */
class Machine {
  readonly #tree = new Tree({ "/proc/1/cmdline": { bytes: "init\0" } });
  readonly #texts: Record<string, string> = { "/proc/1/stat": "" };
  readonly #supervisors: Supervisors;
  readonly #titles: Titles;

  constructor() {
    const io: Io = ioOver(this.#tree, this.#texts);
    this.#supervisors = new Supervisors(io);
    this.#titles = new Titles(io);
  }

  shows(pid: number, window: string, waits = 0): void {
    const args = ["/usr/bin/readproctitle", "service", "errors:", `...${`${DOTS}${window}`.slice(-40)}`];
    this.#tree.entries.set(`/proc/${pid}/cmdline`, { bytes: `${args.join("\0")}\0` });
    this.#texts[`/proc/${pid}/status`] = `Name:\treadproctitle\nvoluntary_ctxt_switches:\t${waits}\n`;
  }

  ends(pid: number): void {
    this.#tree.entries.delete(`/proc/${pid}/cmdline`);
    delete this.#texts[`/proc/${pid}/status`];
  }

  async look() {
    await this.#supervisors.look();
    return this.#titles.look(this.#supervisors);
  }
}

test("what was there before the first look is not new", async () => {
  const machine = new Machine();
  machine.shows(7, "old\n");
  expect(await machine.look()).toEqual({ present: ["old"], fresh: [] });
  machine.shows(7, "old\nnew\n");
  expect(await machine.look()).toEqual({ present: ["old", "new"], fresh: ["new"] });
  expect(await machine.look()).toEqual({ present: ["old", "new"], fresh: [] });
});

test("all that a new process shows is new", async () => {
  const machine = new Machine();
  expect(await machine.look()).toBeUndefined();
  machine.shows(7, "first\n");
  expect(await machine.look()).toEqual({ present: ["first"], fresh: ["first"] });
  machine.ends(7);
  machine.shows(8, "second\n");
  expect(await machine.look()).toEqual({ present: ["second"], fresh: ["second"] });
  machine.ends(8);
  expect(await machine.look()).toBeUndefined();
});

test("two processes are shown together", async () => {
  const machine = new Machine();
  machine.shows(7, "a\n");
  machine.shows(8, "b\n");
  await machine.look();
  machine.shows(8, "b\nc\n");
  expect(await machine.look()).toEqual({ present: ["a", "b", "c"], fresh: ["c"] });
});

test("one line for ever is seen by the process's having waited", async () => {
  const machine = new Machine();
  const full = "disk full\n".repeat(4);
  machine.shows(7, full, 10);
  await machine.look();
  expect((await machine.look())?.fresh).toEqual([]);
  machine.shows(7, full, 11);
  expect((await machine.look())?.fresh).toEqual(["disk full"]);
});
