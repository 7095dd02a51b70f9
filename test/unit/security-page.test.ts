import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CORE } from "../../src/config/core.ts";

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = text("docs/security.md");

test("every proof that the page names is a test that there is", () => {
  const threats = page.split("\n").filter((line) => line.startsWith("| ") && line.includes(".test.ts`: "));
  expect(threats.length).toBeGreaterThan(15);
  for (const line of threats) {
    const proofs = (line.split(" | ").at(-1) ?? "").replace(/ \|$/, "").split("; `");
    for (const proof of proofs) {
      const [, path = "", name = ""] = /^`?(test\/[\w./-]+\.test\.ts)`: (.+)$/.exec(proof) ?? [];
      expect(existsSync(new URL(`../../${path}`, import.meta.url)), proof).toBe(true);
      const files = [path, path.replace(/\.test\.ts$/, ".ts")].filter((file) =>
        existsSync(new URL(`../../${file}`, import.meta.url)),
      );
      expect(files.map(text).join("").includes(name), proof).toBe(true);
    }
  }
});

test("every row of threats has a proof", () => {
  const [, threats = ""] = page.split("## Threats");
  const rows = (threats.split("\n## ")[0] ?? "").split("\n").filter((line) => /^\| [A-Z]/.test(line));
  expect(rows.filter((row) => !row.includes(".test.ts`: ")).map((row) => row.slice(0, 40))).toEqual([
    "| Threat | What stops it | Proven by |",
  ]);
});

test("the limits are the defaults", () => {
  expect(page).toContain(`\`PeerRate\`, ${CORE.PeerRate.fallback.toLocaleString("en")} a second`);
  expect(page).toContain(`\`Timeout\`, ${CORE.Timeout.fallback} s`);
  expect(page).toContain(`\`RingMemory\`, ${CORE.RingMemory.fallback / 2 ** 20} MB`);
});
