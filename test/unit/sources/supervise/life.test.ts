import { describe, expect, test } from "vitest";
import { firstLife, type Life, nextLife } from "../../../../src/sources/supervise/life.ts";
import type { Count, ReadService, Want } from "../../../../src/sources/supervise/record.ts";

interface Given {
  readonly want?: Want;
  readonly count?: Count;
}

function up(pid: number, since: number, { want = "up", count }: Given = {}): ReadService {
  return {
    kind: "read",
    name: "x",
    supervisor: "daemontools",
    path: "/service/x",
    state: "up",
    up: true,
    since,
    pid,
    want,
    normallyUp: true,
    ...(count === undefined ? {} : { count }),
  };
}

function down(since: number, given: Given = {}): ReadService {
  return { ...up(0, since, given), state: "down", up: false, pid: undefined };
}

function deaths(value: number): Given {
  return { count: { kind: "deaths", value } };
}

function restarts(value: number): Given {
  return { count: { kind: "restarts", value } };
}

/** Starts seen at each record after the first. */
function starts(...records: readonly ReadService[]): readonly number[] {
  return lives(records).map((life) => life.starts);
}

function lives([first, ...more]: readonly ReadService[]): readonly Life[] {
  if (first === undefined) return [];
  let life = firstLife(first);
  return more.map((record) => {
    life = nextLife(life, record);
    return life;
  });
}

describe("by stamps and pids", () => {
  const cases: readonly { name: string; records: readonly ReadService[]; want: readonly number[] }[] = [
    { name: "up all the time", records: [up(5, 10), up(5, 10)], want: [0] },
    { name: "another process", records: [up(5, 10), up(6, 50)], want: [1] },
    { name: "the same pid again", records: [up(5, 10), up(5, 50)], want: [1] },
    { name: "stopped", records: [up(5, 10), down(20, { want: "down" }), down(20, { want: "down" })], want: [0, 0] },
    { name: "stopped and started", records: [up(5, 10), down(20), up(6, 30)], want: [0, 1] },
    { name: "crashing, always seen down", records: [down(10), down(20), down(30)], want: [1, 1] },
    {
      name: "down on purpose under a new supervisor",
      records: [down(10, { want: "down" }), down(20, { want: "down" })],
      want: [0],
    },
    { name: "crashing, seen up and down", records: [up(5, 10), down(20), down(30), up(7, 31)], want: [0, 1, 1] },
  ];
  test.each(cases)("$name", ({ records, want }) => expect(starts(...records)).toEqual(want));
});

describe("by s6's deaths", () => {
  const cases: readonly { name: string; records: readonly ReadService[]; want: readonly number[] }[] = [
    {
      name: "each death but the last was followed by a start",
      records: [up(5, 10, deaths(0)), up(9, 60, deaths(4))],
      want: [4],
    },
    { name: "seen down at the end", records: [up(5, 10, deaths(0)), down(60, deaths(4))], want: [3] },
    { name: "seen down at both", records: [down(10, deaths(0)), down(60, deaths(4))], want: [4] },
    {
      name: "stopped by hand and started",
      records: [up(5, 10, deaths(0)), down(20, deaths(1)), up(6, 30, deaths(1))],
      want: [0, 1],
    },
    {
      name: "a death that is counted before the record shows it",
      records: [up(5, 10, deaths(0)), up(5, 10, deaths(1)), down(20, deaths(1)), up(6, 21, deaths(1))],
      want: [1, 0, 0],
    },
  ];
  test.each(cases)("$name", ({ records, want }) => expect(starts(...records)).toEqual(want));
});

describe("by systemd's restarts", () => {
  const cases: readonly { name: string; records: readonly ReadService[]; want: readonly number[] }[] = [
    { name: "automatic ones", records: [up(5, 10, restarts(2)), up(9, 60, restarts(6))], want: [4] },
    { name: "one by hand does not count there", records: [up(5, 10, restarts(2)), up(9, 60, restarts(2))], want: [1] },
    {
      name: "one by hand clears, then automatic ones",
      records: [up(5, 10, restarts(7)), up(9, 60, restarts(3))],
      want: [4],
    },
  ];
  test.each(cases)("$name", ({ records, want }) => expect(starts(...records)).toEqual(want));
});

describe("the epoch", () => {
  test("is the same for a restarted tidemark", () => {
    const [running] = lives([up(5, 10), up(6, 50)]);
    expect(firstLife(up(6, 50)).epoch).toBe(running?.epoch);
  });

  test("is unknown for a service that was never seen up", () => {
    expect(firstLife(down(10)).epoch).toBe("");
  });

  test("changes with every start and with nothing else", () => {
    const all = lives([up(5, 10), up(5, 10), down(20), down(30), up(7, 31)]);
    const epochs = [firstLife(up(5, 10)).epoch, ...all.map(({ epoch }) => epoch)];
    expect(epochs.map((epoch, at) => at > 0 && epoch !== epochs[at - 1])).toEqual([false, false, false, true, true]);
  });

  test("changes also when the start shows a record too early", () => {
    const [early, late] = lives([up(5, 10, deaths(0)), up(5, 10, deaths(1)), up(6, 20, deaths(2))]);
    expect(early?.epoch).not.toBe(firstLife(up(5, 10)).epoch);
    expect(late?.epoch).not.toBe(early?.epoch);
  });
});
