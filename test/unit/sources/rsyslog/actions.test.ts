import { expect, test } from "vitest";
import { type Figures, World } from "./world.ts";

type Counts = readonly [processed: number, failed: number, suspended: number, seconds: number, resumed: number];

/** Reports of one action, one each ten seconds; what `rsyslog.action.<key>[a]` says when each is the newest. */
async function watch(
  reports: readonly Counts[],
  key: string,
  more: readonly Figures[] = [],
): Promise<readonly string[]> {
  const world = new World([], { step: 10 });
  const seen: string[] = [];
  for (const [at, [processed, failed, suspended, seconds, resumed]] of reports.entries()) {
    const action = { processed, failed, suspended, "suspended.duration": seconds, resumed };
    world.report({ "core.action a": action, "impstats resource-usage": more[at] ?? { utime: at } });
    await world.ticks(1, 10);
    seen.push(world.bench.text(`rsyslog.action.${key}`));
  }
  return seen;
}

const cases: readonly {
  readonly name: string;
  readonly reports: readonly Counts[];
  readonly want: readonly string[];
}[] = [
  {
    name: "it works",
    reports: [
      [0, 0, 0, 0, 0],
      [5, 0, 0, 0, 0],
    ],
    want: ["0", "0"],
  },
  {
    name: "suspended, then back",
    reports: [
      [0, 0, 0, 0, 0],
      [5, 6, 1, 30, 0],
      [5, 6, 1, 30, 0],
      [9, 6, 1, 30, 1],
    ],
    want: ["0", "1", "1", "0"],
  },
  {
    name: "suspended when we came",
    reports: [
      [5, 9, 2, 60, 1],
      [5, 9, 2, 60, 1],
    ],
    want: ["1", "1"],
  },
  {
    name: "it came back more often than it went, as with two workers, and goes again",
    reports: [
      [5, 0, 0, 0, 2],
      [6, 1, 1, 30, 2],
    ],
    want: ["0", "1"],
  },
  {
    name: "the wait is prolonged",
    reports: [
      [5, 0, 1, 30, 1],
      [6, 1, 1, 60, 1],
    ],
    want: ["0", "1"],
  },
  {
    name: "back and gone again within one report",
    reports: [
      [5, 0, 1, 30, 0],
      [6, 1, 2, 60, 1],
    ],
    want: ["1", "1"],
  },
];
for (const { name, reports, want } of cases) {
  test(`suspended: ${name}`, async () => expect(await watch(reports, "suspended[a]")).toEqual(want));
}

test("failing: attempts failed since the tick before, and the action was not suspended", async () => {
  expect(
    await watch(
      [
        [0, 0, 0, 0, 0],
        [5, 3, 0, 0, 0],
        [9, 3, 0, 0, 0],
      ],
      "state[a]",
    ),
  ).toEqual(["0", "1", "0"]);
});

test("a restart of rsyslogd ends a suspension that it does not report any more", async () => {
  const seen = await watch(
    [
      [5, 9, 1, 60, 0],
      [0, 0, 0, 0, 0],
    ],
    "suspended[a]",
    [{ utime: 50 }, { utime: 1 }],
  );
  expect(seen).toEqual(["1", "0"]);
});

test("planned seconds of suspension are not cleared where the other counters are", async () => {
  const reports = Array.from({ length: 30 }, (_, at): Counts => [at % 2 === 0 ? 9 : 5, 0, 0, 100 + at, 0]);
  const seen = await watch(reports, "suspended.duration[a,1m]");
  expect(seen.at(-1)).toBe("6");
});

test("suspensions that are not reported, as by rsyslog 7, are not known", async () => {
  const world = new World([], { step: 10 });
  for (let at = 0; at < 3; at++) {
    world.report({ "core.action a": { processed: at, failed: 0 } });
    await world.ticks(1, 10);
  }
  expect(world.bench.text("rsyslog.action.suspended[a]")).toBe("(none: Rsyslogd does not report suspensions.)");
  expect(world.bench.text("rsyslog.action.state[a]")).toBe("0");
  expect(world.bench.json("rsyslog.action.get[a]")).not.toHaveProperty("suspended");
});
