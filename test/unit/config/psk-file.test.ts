import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parsePskFile } from "../../../src/config/psk-file.ts";
import { pskFile, pskIdentity } from "../../../src/config/secret-kinds.ts";
import { memoryFiles } from "./memory-files.ts";

interface Case {
  readonly name: string;
  readonly content: string;
  readonly valid: boolean;
}

const text = readFileSync(new URL("../../vectors/psk-file.json", import.meta.url), "utf8");
const { cases } = JSON.parse(text) as { readonly cases: readonly Case[] };

for (const { name, content, valid } of cases) {
  test(`parsePskFile, as the agents: ${name} is ${valid ? "taken" : "refused"}`, () => {
    const parsed = parsePskFile(Buffer.from(content));
    expect(parsed.kind).toBe(valid ? "ok" : "malformed");
    if (parsed.kind === "ok") {
      expect(Buffer.from(parsed.value).toString("hex")).toBe(content.split(/\r?\n/)[0]?.toLowerCase());
    }
  });
}

test("parsePskFile: no reason shows the key", () => {
  for (const { content, valid } of cases.filter(({ content }) => content.length > 20)) {
    const parsed = parsePskFile(Buffer.from(content));
    if (!valid) expect(parsed.kind === "malformed" && parsed.reason).not.toMatch(/0123456789/);
  }
});

const KEY = `${"0f".repeat(32)}\n`;

test("pskFile: refuses a file that everybody may read, one that holds no key, and one that is not there", () => {
  const verify = (content: string, mode?: number) => pskFile.verify?.("/psk", memoryFiles({ "/psk": content }, mode));
  expect(verify(KEY)).toBeUndefined();
  expect(verify(KEY, 0o644)).toBe("everybody may use it: mode 0644, expected 0640 or stricter");
  expect(verify("0f0f\n")).toBe("its first line has 4 hexadecimal digits, expected 32 to 512");
  expect(pskFile.verify?.("/other", memoryFiles({}))).toBe("cannot read it: no such file or directory");
});

const IDENTITIES = [
  { name: "128 characters", text: "a".repeat(128), taken: true },
  { name: "129 characters", text: "a".repeat(129), taken: false },
  { name: "128 characters of 2 bytes", text: "ä".repeat(128), taken: true },
  { name: "128 characters of 3 bytes", text: "€".repeat(128), taken: false },
  { name: "nothing", text: "", taken: false },
];
for (const { name, text: found, taken } of IDENTITIES) {
  test(`pskIdentity: ${name}: ${taken}`, () => {
    expect(pskIdentity.parse(found).kind).toBe(taken ? "ok" : "malformed");
  });
}
