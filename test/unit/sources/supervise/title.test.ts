import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesOf, newLines, windowOf } from "../../../../src/sources/supervise/title.ts";

const WIDTH = 60;

/** As readproctitle does it: each character enters at the right. */
function shifted(window: string, text: string): string {
  return `${window}${text}`.slice(-WIDTH);
}

const EMPTY = ".".repeat(WIDTH);

function argsOf(sample: string): readonly string[] {
  const bytes = readFileSync(new URL(`../../../samples/supervisors/${sample}.cmdline.bin`, import.meta.url));
  return bytes.toString("latin1").split("\0").slice(0, -1);
}

describe("windowOf", () => {
  test("readproctitle with errors", () => {
    const window = windowOf("readproctitle", argsOf("daemontools/readproctitle-with-errors"));
    const lines = linesOf(window ?? "");
    expect(lines[0]).toBe("ervise: fatal: unable to start bad/run: file does not exist");
    expect(lines.at(-1)).toBe("noisy: disk full");
    expect(lines).toHaveLength(10);
  });

  test("readproctitle after the clear trick", () => {
    const window = windowOf("readproctitle", argsOf("daemontools/readproctitle-cleared"));
    const again = ["noisy: disk full", "supervise: fatal: unable to start bad/run: file does not exist"];
    expect(linesOf(window ?? "")).toEqual([...again, ...again]);
  });

  test("runsvdir with a log, and without", () => {
    const args = argsOf("runit/runsvdir-with-log");
    const lines = linesOf(windowOf("runsvdir", args) ?? "");
    expect(lines.at(-1)).toBe("crash: cannot bind port");
    expect(lines[0]).toBe("art ./run: file does not exist");
    expect(windowOf("runsvdir", args.slice(0, -1))).toBeUndefined();
    expect(windowOf("runsvdir", ["runsvdir", "/srv/rt", "short"])).toBeUndefined();
  });
});

const cases: readonly { name: string; before: string; written: string; again?: boolean; want: readonly string[] }[] = [
  { name: "nothing", before: shifted(EMPTY, "old error\n"), written: "", want: [] },
  { name: "the first line", before: EMPTY, written: "disk full\n", want: ["disk full"] },
  { name: "a line after another", before: shifted(EMPTY, "old error\n"), written: "disk full\n", want: ["disk full"] },
  {
    name: "the same line once more",
    before: shifted(EMPTY, "disk full\n"),
    written: "disk full\n",
    want: ["disk full"],
  },
  { name: "a line that is not whole", before: EMPTY, written: "disk f", want: [] },
  { name: "its rest", before: shifted(EMPTY, "disk f"), written: "ull\n", want: ["disk full"] },
  { name: "clearing", before: shifted(EMPTY, "old error\n"), written: EMPTY, want: [] },
  {
    name: "clearing with a newline, then a line",
    before: shifted(EMPTY, "old\n"),
    written: `${EMPTY}\nfresh\n`,
    want: ["fresh"],
  },
  {
    name: "runsvdir's dot each quarter of an hour",
    before: shifted(EMPTY, "old\n"),
    written: ".fresh\n",
    want: ["fresh"],
  },
  {
    name: "more than the window holds",
    before: EMPTY,
    written: `${"x".repeat(80)}\nlast\n`,
    want: ["x".repeat(54), "last"],
  },
  { name: "dots that belong to the text", before: EMPTY, written: "waiting...\n", want: ["waiting..."] },
];

describe("newLines", () => {
  test.each(cases)("$name", ({ before, written, again = false, want }) => {
    expect(newLines(before, shifted(before, written), again)).toEqual(want);
  });

  test("a window full of one line shows it again only when something was read", () => {
    const full = shifted(EMPTY, "disk full\n".repeat(6));
    expect(shifted(full, "disk full\n")).toBe(full);
    expect(newLines(full, full, false)).toEqual([]);
    expect(newLines(full, full, true)).toEqual(["disk full"]);
  });

  test("a window without a period shows nothing again", () => {
    const window = shifted(EMPTY, "disk full\nno route\n");
    expect(newLines(window, window, true)).toEqual([]);
  });

  test("distinct whole lines that fit are found, each once", () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 3 }), fc.uniqueArray(word, { maxLength: 3 }), (old, fresh) => {
        const before = shifted(EMPTY, old.map((line) => `a ${line}\n`).join(""));
        const written = fresh.map((line) => `b ${line}\n`);
        expect(newLines(before, shifted(before, written.join("")), true)).toEqual(written.map((line) => line.trim()));
      }),
      { numRuns: 200 },
    );
  });
});

test("newLines takes its time with the length of a title, not with its square", () => {
  const dots = ".".repeat(100_000);
  const began = performance.now();
  for (const written of ["disk full\n", "x", "...\n"]) newLines(dots, `${dots}${written}`.slice(-dots.length), true);
  newLines("ab".repeat(50_000), "ba".repeat(50_000), true);
  expect(performance.now() - began).toBeLessThan(500);
});

test("newLines finds what a plain comparison of all rests finds", () => {
  const entered = (before: string, now: string) => {
    for (let count = 1; count < now.length; count++) if (now.startsWith(before.slice(count))) return count;
    return now.length;
  };
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, now) => {
      if (before === now) return;
      const start = now.length - entered(before, now);
      const begun = start > 0 ? now.lastIndexOf("\n", start - 1) + 1 : 0;
      expect(newLines(before, now, true)).toEqual(linesOf(now.slice(begun, now.lastIndexOf("\n") + 1)));
    }),
    { numRuns: 2000 },
  );
});
