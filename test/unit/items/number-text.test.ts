import { expect, test } from "vitest";
import { scalarText } from "../../../src/items/number-text.ts";

const cases = [
  { scalar: 200 / 3, type: "float", want: "66.666667" },
  { scalar: 0.1 + 0.2, type: "float", want: "0.3" },
  { scalar: 0, type: "float", want: "0" },
  { scalar: -0, type: "float", want: "0" },
  { scalar: 1e21, type: "float", want: "1000000000000000000000" },
  { scalar: 1e-9, type: "float", want: "0" },
  { scalar: 2n ** 64n - 1n, type: "unsigned", want: "18446744073709551615" },
  { scalar: 5, type: "unsigned", want: "5" },
  { scalar: "a b", type: "char", want: "a b" },
  { scalar: Number.NaN, type: "float", want: undefined },
  { scalar: Number.POSITIVE_INFINITY, type: "float", want: undefined },
] as const;

for (const { scalar, type, want } of cases) {
  test(`${scalar} as ${type}`, () => expect(scalarText(scalar, type)).toBe(want));
}
