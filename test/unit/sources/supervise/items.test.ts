import { describe, expect, test } from "vitest";
import { Registry } from "../../../../src/items/registry.ts";
import { unknown, value } from "../../../../src/ring/answer.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Labels, Stamp } from "../../../../src/ring/sample.ts";
import { logdir } from "../../../../src/sources/logdir/logdir.ts";
import { ERRORS_SOURCE, ERRORS_TARGET } from "../../../../src/sources/supervise/errors.ts";
import { firstLife, type Life } from "../../../../src/sources/supervise/life.ts";
import { readproctitle } from "../../../../src/sources/supervise/readproctitle.ts";
import type { ReadService, ServiceRecord, State } from "../../../../src/sources/supervise/record.ts";
import { failedSample, goodSample, labelsOf } from "../../../../src/sources/supervise/sample.ts";
import { supervise } from "../../../../src/sources/supervise/supervise.ts";

const STEP = 60;
const START = 1_000_000;
/** Seconds that the machine has run at the start. */
const BOOTED = 200_000;

/** A real ring with the real items; time stands at the slot that was put last. */
class Bench {
  readonly ring = new Ring([supervise, readproctitle, logdir], { slots: 61, step: STEP });
  readonly #registry: Registry;
  readonly #logs = new Map<string, Labels>();
  #slot = 0;

  constructor() {
    this.#registry = new Registry({
      items: [...supervise.items, ...readproctitle.items],
      ring: this.ring,
      now: () => this.now,
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (source, targets) =>
        (source === supervise.name ? supervise : readproctitle).defaultTarget(targets),
    });
  }

  get now(): Stamp {
    return { clock: START + this.#slot * STEP, mono: BOOTED + this.#slot * STEP };
  }

  moveTo(slot: number): void {
    this.#slot = slot;
  }

  service(record: ServiceRecord, life: Partial<Life> = {}, log?: ServiceRecord): void {
    const records = log === undefined ? [record] : [record, log];
    this.ring.roster(supervise.name, value(new Map(records.map((each) => [each.name, labelsOf(each)]))));
    const sample =
      record.kind === "unread"
        ? failedSample(record, record.name, this.now)
        : goodSample(record, { target: record.name, stamp: this.now, life: { ...firstLife(record), ...life }, log });
    this.ring.put(this.#slot, supervise.name, sample);
  }

  errors(texts: Readonly<Record<string, string>> | undefined): void {
    const common = { target: ERRORS_TARGET, stamp: this.now };
    this.ring.roster(ERRORS_SOURCE, value(new Map([[ERRORS_TARGET, {}]])));
    this.ring.put(
      this.#slot,
      ERRORS_SOURCE,
      texts === undefined
        ? { kind: "failed", ...common, state: 0, reason: "nobody shows any" }
        : {
            kind: "good",
            ...common,
            state: 1,
            epoch: "",
            numbers: new Map(),
            texts: new Map(Object.entries(texts)),
            parts: new Map(),
          },
    );
  }

  /** A directory that a service's logger writes, and how old its newest line is. */
  log(target: string, service: string, age: number): void {
    this.#logs.set(target, { SERVICE: service });
    this.ring.roster(logdir.name, value(this.#logs));
    const numbers = new Map([["age", age]]);
    const sample = { target, stamp: this.now, state: 1, epoch: "", numbers, texts: new Map(), parts: new Map() };
    this.ring.put(this.#slot, logdir.name, { kind: "good", ...sample });
  }

  /** The service's row in the table of `tidemark status`. */
  cells(): readonly string[] {
    const moment = this.ring.now();
    const view = moment.view(supervise.name, "web");
    if (view.kind !== "value") throw new Error(view.reason);
    return supervise.table.map((column) => column.cell(view.value, this.now, moment));
  }

  text(key: string): string {
    const reply = this.#registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }
}

function record(given: Partial<ReadService> = {}): ReadService {
  return {
    kind: "read",
    name: "web",
    supervisor: "s6",
    path: "/service/web",
    state: "up",
    up: true,
    since: START - 100,
    pid: 7,
    want: "up",
    normallyUp: true,
    ...given,
  };
}

function unread(state: State, reason: string): ServiceRecord {
  return { kind: "unread", name: "web", supervisor: "s6", path: "/service/web", state, reason };
}

describe("one sample", () => {
  test("of a service that is up", () => {
    const bench = new Bench();
    bench.service(
      record({ exit: { kind: "signal", value: 9 } }),
      {},
      { ...record(), name: "web:log", logOf: "web", state: "down" },
    );
    expect(bench.text("supervise.uptime[web]")).toBe("100");
    expect(bench.text("supervise.downtime[web]")).toBe("0");
    expect(bench.text("supervise.pid[web]")).toBe("7");
    expect(bench.text("supervise.exit[web]")).toBe("137");
    expect(bench.text("supervise.normally_up[web]")).toBe("1");
    expect(bench.text("supervise.log.state[web]")).toBe("0");
    expect(bench.text("supervise.want[web]")).toBe("up");
  });

  test("of one that is down", () => {
    const bench = new Bench();
    const down = { up: false, state: "down", pid: undefined, want: "once", normallyUp: undefined } as const;
    bench.service(record({ ...down, exit: { kind: "code", value: 0 } }));
    expect(bench.text("supervise.uptime[web]")).toBe("0");
    expect(bench.text("supervise.downtime[web]")).toBe("100");
    expect(bench.text("supervise.pid[web]")).toBe("0");
    expect(bench.text("supervise.exit[web]")).toBe("0");
    expect(bench.text("supervise.want[web]")).toBe("once");
    expect(bench.text("supervise.normally_up[web]")).toBe("(none: Whether it is started at boot cannot be seen.)");
    expect(bench.text("supervise.log.state[web]")).toBe("(none: It has no log service.)");
  });

  test("a stamp from the future is no age, an unknown one neither", () => {
    const bench = new Bench();
    bench.service(record({ since: START + 5000 }));
    expect(bench.text("supervise.uptime[web]")).toBe("0");
    bench.moveTo(1);
    bench.service(record({ up: false, state: "down", since: undefined }));
    expect(bench.text("supervise.downtime[web]")).toBe("(none: It is not known since when.)");
  });

  test("no program is older than the machine's start, whatever the clock was then", () => {
    const bench = new Bench();
    bench.service(record({ since: START - BOOTED - 5000 }));
    expect(bench.text("supervise.uptime[web]")).toBe(String(BOOTED));
  });

  test("of a dead supervisor: the state at once, the values not for long", () => {
    const bench = new Bench();
    bench.service(record());
    for (const slot of [1, 2, 3, 4]) {
      bench.moveTo(slot);
      bench.service(unread("supervisor dead", "nobody reads it"));
    }
    expect(bench.text("supervise.state[web]")).toBe("6");
    expect(bench.text("supervise.uptime[web]")).toMatch(/^\(unknown: Last good sample .*: nobody reads it\.\)$/);
    expect(JSON.parse(bench.text("supervise.get[web]"))).toEqual({
      service: "web",
      state: 6,
      state_text: "supervisor dead",
      error: "nobody reads it",
      time: START,
      age: 240,
    });
  });

  test("the master of a fresh one", () => {
    const bench = new Bench();
    bench.service(record({ note: "a note" }));
    expect(JSON.parse(bench.text("supervise.get[web]"))).toEqual({
      service: "web",
      state: 1,
      state_text: "up",
      error: "a note",
      time: START,
      age: 0,
      name: "web",
      supervisor: "s6",
      uptime: 100,
      downtime: 0,
      pid: 7,
      want: "up",
      normally_up: 1,
      restarts: {},
      flapping: {},
    });
  });
});

describe("windows", () => {
  test("restarts are the new lives and what the supervisor counted beside them", () => {
    const bench = new Bench();
    const lives = [
      ["a", 0],
      ["a", 0],
      ["b", 1],
      ["c", 4],
      ["c", 0],
      ["c", 0],
    ] as const;
    for (const [slot, [epoch, starts]] of lives.entries()) {
      bench.moveTo(slot);
      bench.service(record(), { epoch, starts });
    }
    expect(bench.text("supervise.restarts[web,5m]")).toBe("5");
    expect(bench.text("supervise.restarts[web,3m]")).toBe("4");
    expect(bench.text("supervise.restarts[web,1m]")).toBe("0");
    expect(bench.text("supervise.restarts[web,15m]")).toBe("(none: 5 of 15 minutes known.)");
    expect(bench.text("supervise.flapping[web,5m]")).toBe("40");
    expect(bench.text("supervise.flapping[web,1m]")).toBe("0");
  });

  test("new errors are those of the window, each asker's the same, and the same line again is new", () => {
    const bench = new Bench();
    const texts = [undefined, "1000\none", undefined, "2000\none\ntwo", undefined] as const;
    for (const [slot, text] of texts.entries()) {
      bench.moveTo(slot);
      bench.errors({ errors: "all", ...(text === undefined ? {} : { new_errors: text }) });
    }
    const asked = () => ["1m", "2m", "3m", "4m"].map((length) => bench.text(`supervise.errors.new[${length}]`));
    expect(asked()).toEqual(["", "one\ntwo", "one\ntwo", "one\none\ntwo"]);
    expect(asked()).toEqual(["", "one\ntwo", "one\ntwo", "one\none\ntwo"]);
    expect(bench.text("supervise.errors")).toBe("all");
    expect(bench.text("supervise.errors.new[5m]")).toBe("(none: 4 of 5 minutes known.)");
  });

  test("where nobody shows errors there are none, and old ones are not served", () => {
    const bench = new Bench();
    bench.errors(undefined);
    expect(bench.text("supervise.errors")).toBe("(none: Nobody shows any.)");
    bench.moveTo(1);
    bench.errors({ errors: "all" });
    expect(bench.text("supervise.errors")).toBe("all");
    bench.moveTo(6);
    expect(bench.text("supervise.errors")).toMatch(/^\(unknown: Last good sample /);
    bench.errors(undefined);
    expect(bench.text("supervise.errors")).toBe("(none: Nobody shows any.)");
    expect(bench.text("supervise.errors.new[1m]")).toBe("(none: Nobody shows any.)");
  });
});

describe("all services", () => {
  test("are counted by number or word", () => {
    const bench = new Bench();
    bench.service(unread("never supervised", "new"));
    expect(bench.text("supervise.count[8]")).toBe("1");
    expect(bench.text("supervise.count[never supervised]")).toBe("1");
    expect(bench.text("supervise.count[1]")).toBe("0");
    expect(bench.text("supervise.count[11]")).toMatch(
      /^\(unknown: Parameter "state": expected 0 to 10 or one of "down"/,
    );
    expect(bench.text("supervise.count")).toBe('(unknown: Parameter "state" is missing: number or word of a state.)');
  });

  test("are discovered with state and boot; an unreadable one stays", () => {
    const bench = new Bench();
    bench.service(record());
    const [row] = JSON.parse(bench.text("supervise.discovery"));
    expect(row).toEqual({
      "{#SERVICE}": "web",
      "{#NAME}": "web",
      "{#SUPERVISOR}": "s6",
      "{#PATH}": "/service/web",
      "{#STATE}": "1",
      "{#NORMALLY}": "up",
      "{#LOG_OF}": "",
    });
    bench.service(unread("cannot read", "not ours"));
    expect(JSON.parse(bench.text("supervise.discovery"))).toMatchObject([{ "{#STATE}": "7", "{#NORMALLY}": "" }]);
  });

  test("are an error when their list is not complete", () => {
    const bench = new Bench();
    bench.service(record());
    bench.ring.roster(supervise.name, unknown("cannot list it"));
    expect(bench.text("supervise.discovery")).toBe("(unknown: Cannot list it.)");
    expect(bench.text("supervise.count[1]")).toBe("(unknown: Cannot list it.)");
    expect(bench.text("supervise.state[web]")).toBe("1");
  });
});

test("the row of the status table", () => {
  const bench = new Bench();
  bench.service(record({ since: START - 90_061 }));
  expect(bench.cells()).toEqual(["web", "s6", "up", "1d 1h", "-", "-", "0 s", ""]);
  bench.log("var:log:web", "web", 12.4);
  bench.log("var:log:web:errors", "web", 700);
  bench.log("var:log:other", "other", 1);
  expect(bench.cells()).toEqual(["web", "s6", "up", "1d 1h", "-", "12 s", "0 s", ""]);
  bench.moveTo(9);
  expect(bench.cells()).toEqual(["web", "s6", "up", "-", "-", "-", "540 s", ""]);
  bench.service(unread("supervisor dead", "nobody reads it"));
  expect(bench.cells()).toEqual(["web", "s6", "supervisor dead", "-", "-", "-", "540 s", "nobody reads it"]);
});
