import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bytePath } from "../../../src/io/local-files.ts";
import { shellWord } from "../../../src/io/shell-word.ts";

test.each([
  { name: "a plain path", path: "/service/web", want: "/service/web" },
  { name: "spaces and dollars", path: "/service/a $b", want: "'/service/a $b'" },
  { name: "a quote", path: "/service/it's", want: "'/service/it'\\''s'" },
  { name: "a newline and a quote", path: "/service/it's\n", want: "$'/service/it\\'s\\x0a'" },
  { name: "bytes that are no UTF-8", path: "/service/\xff\\", want: "$'/service/\\xff\\\\'" },
  { name: "letters beyond ASCII", path: bytePath("/service/café"), want: "'/service/café'" },
])("$name", ({ path, want }) => {
  expect(shellWord(path)).toBe(want);
  expect(execFileSync("bash", ["-c", `printf %s ${want}`], { env: { LC_ALL: "C" } }).toString("latin1")).toBe(path);
});
