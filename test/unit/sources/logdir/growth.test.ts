import { expect, test } from "vitest";
import { type LogFile, type Look, rotatedNames } from "../../../../src/sources/logdir/files.ts";
import { growth } from "../../../../src/sources/logdir/growth.ts";

/** A file: `identity size [mtime]`. */
function file(text: string): LogFile {
  const [identity = "", size = "0", modified = "0"] = text.split(" ");
  return { identity, size: Number(size), modified: Number(modified) };
}

/** A look: clock, current, closed files by key, oldest first. */
function look(clock: number, current: string | undefined, rotated: Readonly<Record<string, string>> = {}): Look {
  return {
    clock,
    current: current === undefined ? undefined : file(current),
    rotated: Object.entries(rotated).map(([key, text]) => ({ key, suffix: "s", ...file(text) })),
  };
}

const cases: readonly (readonly [string, Look, Look, { bytes: number; rotations: number; estimated?: number }])[] = [
  [
    "nothing happened",
    look(0, "A 100", { "@1": "Z 50" }),
    look(60, "A 100", { "@1": "Z 50" }),
    { bytes: 0, rotations: 0 },
  ],
  ["current grew", look(0, "A 100"), look(60, "A 170"), { bytes: 70, rotations: 0 }],
  ["current was rotated", look(0, "A 100"), look(60, "B 30", { "@1": "A 250" }), { bytes: 180, rotations: 1 }],
  [
    "current was rotated, others came and went whole",
    look(0, "A 100", { "@0": "Y 250", "@1": "Z 250" }),
    look(60, "D 5", { "@1": "Z 250", "@2": "A 250", "@3": "B 240", "@4": "C 260" }),
    { bytes: 150 + 240 + 260 + 5, rotations: 3 },
  ],
  [
    "all that was closed is gone, but the old current is still there",
    look(0, "A 100", { "@0": "Y 250", "@1": "Z 250" }),
    look(60, "C 5", { "@2": "A 250", "@3": "B 240" }),
    { bytes: 150 + 240 + 5, rotations: 2 },
  ],
  [
    "the logger deleted what nobody saw: it came as fast as the rest",
    look(0, "A 100", { "@0": "Y 250" }),
    look(60, "X 50", { "@7": "V 250 40", "@8": "W 250 50" }),
    { bytes: 600 + 300, rotations: 3, estimated: 600 },
  ],
  [
    "the same with a clock that was set back: at least the oldest file",
    look(100, "A 100", { "@0": "Y 250" }),
    look(60, "X 50", { "@7": "V 250 70", "@8": "W 250 80" }),
    { bytes: 250 + 300, rotations: 2, estimated: 250 },
  ],
  [
    "between rename and creation there is no current",
    look(0, "A 100"),
    look(60, undefined, { "@1": "A 250" }),
    { bytes: 150, rotations: 1 },
  ],
  [
    "and it appears",
    look(60, undefined, { "@1": "A 250" }),
    look(120, "B 20", { "@1": "A 250" }),
    { bytes: 20, rotations: 0 },
  ],
  ["the first lines ever", look(0, undefined), look(60, "A 20"), { bytes: 20, rotations: 0 }],
  ["the first lines ever, rotated", look(0, undefined), look(60, "B 20", { "@1": "A 9" }), { bytes: 29, rotations: 1 }],
  ["current was cut to nothing", look(0, "A 100"), look(60, "A 30"), { bytes: 30, rotations: 0 }],
  ["current was removed", look(0, "A 100"), look(60, "B 30"), { bytes: 30, rotations: 0 }],
  [
    "the logger died: current is closed as unclean",
    look(0, "A 100", { "@0": "Y 9" }),
    look(60, "B 7", { "@0": "Y 9", "@1": "A 110" }),
    { bytes: 17, rotations: 1 },
  ],
  [
    "multilog's processor reads previous",
    look(0, "A 100", { "@0": "Y 9" }),
    look(60, "B 7", { "@0": "Y 9", "previous:A": "A 110" }),
    { bytes: 17, rotations: 1 },
  ],
  [
    "and has put its work in the place of it",
    look(60, "B 7", { "@0": "Y 9", "previous:A": "A 110" }),
    look(120, "B 8", { "@0": "Y 9", "@1": "P 55" }),
    { bytes: 1, rotations: 0 },
  ],
  [
    "and the next previous stands there at once",
    look(60, "B 7", { "@0": "Y 9", "previous:A": "A 110" }),
    look(120, "C 3", { "@0": "Y 9", "@1": "P 55", "previous:B": "B 107" }),
    { bytes: 103, rotations: 1 },
  ],
  [
    "a processor was done between two looks",
    look(0, "A 100", { "@0": "Y 9" }),
    look(60, "B 7", { "@0": "Y 9", "@1": "P 130" }),
    { bytes: 37, rotations: 1, estimated: 30 },
  ],
  [
    "a processor was done with the first file that ever was closed",
    look(0, "A 100"),
    look(60, "B 7", { "@1": "P 130" }),
    { bytes: 37, rotations: 1, estimated: 30 },
  ],
  [
    "several files came, none was there: the first may not be the first",
    look(0, "A 100"),
    look(60, "X 10", { "@7": "V 250 60", "@8": "W 250 60" }),
    { bytes: 510, rotations: 2, estimated: 250 },
  ],
  [
    "a processor that compresses",
    look(0, "A 100", { "@0": "Y 9" }),
    look(60, "B 7", { "@0": "Y 9", "@1": "P 20" }),
    { bytes: 7, rotations: 1, estimated: 0 },
  ],
];

for (const [name, before, after, want] of cases) {
  test(name, () => expect(growth(before, after)).toEqual({ estimated: 0, ...want }));
}

const LABEL = "@400000006b0229fb0de89d94";

test("closed files are told by their names, oldest first, each once", () => {
  const names = [
    "current",
    "lock",
    "state",
    "config",
    "processed",
    "newstate",
    `${LABEL}.s`,
    `${LABEL}.u`,
    `${LABEL}.x`,
    `${LABEL}.s.gz`,
    "@400000006b0229fb.s",
    "@400000006a0229fb0de89d94.u",
    "@400000006a0229fb0de89d94.t",
  ];
  expect(rotatedNames(names).map(({ name }) => name)).toEqual(["@400000006a0229fb0de89d94.u", `${LABEL}.s`]);
});
