import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { malformed, ok } from "../../../src/ring/answer.ts";
import { parseSenderLine } from "../../../src/zabbix/sender-input.ts";

interface Case {
  readonly line: string;
  readonly options: readonly string[];
  readonly parsed?: object;
  readonly error?: string;
}

/** What zabbix_sender of 6.0 and 7.0 made of each line. */
const { cases } = JSON.parse(readFileSync(new URL("../../vectors/sender-input.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

test("the vectors are there", () => {
  expect(cases.length).toBeGreaterThan(60);
});

for (const { line, options, parsed, error } of cases) {
  test(`as zabbix_sender ${options.join(" ")}: ${JSON.stringify(line)}`, () => {
    const read = parseSenderLine(line, {
      host: "dflt",
      timestamps: options.includes("-T"),
      nanoseconds: options.includes("-N"),
    });
    expect(read).toEqual(parsed === undefined ? malformed(error ?? "") : ok(parsed));
  });
}

test("without a default host a dash names none", () => {
  const read = parseSenderLine("- k v", { host: undefined, timestamps: false, nanoseconds: false });
  expect(read).toEqual(malformed("'-' encountered as 'Hostname', but no default hostname was specified"));
});

test("a long line of backslashes and quotes is read in no time", () => {
  const line = `h k "${'\\"'.repeat(100_000)}`;
  expect(parseSenderLine(line, { host: "", timestamps: false, nanoseconds: false }).kind).toBe("malformed");
});
