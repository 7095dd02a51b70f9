import fc from "fast-check";
import { expect, test } from "vitest";
import { shortName } from "../../../src/items/short-name.ts";

// Digests by sha256sum.
const cases = [
  { native: "127.0.0.1:11211", want: "127.0.0.1:11211" },
  { native: "a_b-C.9:x", want: "a_b-C.9:x" },
  { native: "/run/memcached.sock", want: "_run_memcached.sock-968124" },
  { native: "[::1]:11211", want: "_::1_:11211-a48a40" },
  { native: "main Q[DA]", want: "main_Q_DA_-e27857" },
  { native: "käse", want: "k__se-28f375" },
  { native: "", want: "-e3b0c4" },
  { native: "x".repeat(64), want: "x".repeat(64) },
  { native: "x".repeat(65), want: `${"x".repeat(57)}-9537c5` },
];
for (const { native, want } of cases) {
  test(`shortName: "${native}"`, () => {
    expect(shortName(native)).toBe(want);
  });
}

test("shortName: always fits a key, and two names never become one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(shortName(a)).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
      expect(shortName(a) === shortName(b)).toBe(a === b);
    }),
  );
});
