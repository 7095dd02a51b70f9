import { expect, test } from "vitest";
import { malformed, ok } from "../../../src/ring/answer.ts";
import { onSchedule, stepSeconds } from "../../../src/schedule/cron.ts";

const cases = [
  { expression: "* * * * *", want: ok(60) },
  { expression: "* * * * * *", want: ok(1) },
  { expression: "*/5 * * * * *", want: ok(5) },
  { expression: "30 */2 * * * *", want: ok(120) },
  { expression: "0 * * * *", want: ok(3600) },
  { expression: "0 3 * * *", want: ok(86_400) },
  { expression: "*/7 * * * *", want: malformed("not evenly spaced: one gap is 420 s, another 240 s") },
  { expression: "0,10 * * * * *", want: malformed("not evenly spaced: one gap is 10 s, another 50 s") },
  { expression: "* 8-17 * * *", want: malformed("not evenly spaced: one gap is 60 s, another 50460 s") },
  {
    expression: "0 0 * * 1-5",
    want: malformed("not evenly spaced: it leaves out days; expected * for day of month, month and day of week"),
  },
  { expression: "every minute", want: malformed("expected 5 or 6 fields but got 2") },
  { expression: "61 * * * *", want: malformed("61 is a invalid expression for minute") },
];

for (const { expression, want } of cases) {
  test(`"${expression}"`, () => expect(stepSeconds(expression)).toEqual(want));
}

test("fires until it is told to stop", async () => {
  let fired = 0;
  await new Promise<void>((resolve) => {
    const stop = onSchedule("* * * * * *", () => {
      fired++;
      stop();
      resolve();
    });
  });
  expect(fired).toBe(1);
});
