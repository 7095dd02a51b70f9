import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CORE } from "../../src/config/core.ts";

const url = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const text = (path: string): string => readFileSync(url(path), "utf8");
const page = text("docs/security.md");

/** Vulnerabilities of the agents, of the server's parts that agents have, too, and of memcached and what asks it. */
const KNOWN = [
  ...["CVE-2023-32728", "CVE-2025-27234", "CVE-2023-32722", "CVE-2023-29451", "CVE-2023-32726"],
  ...["CVE-2026-23920", "CVE-2025-27237", "CVE-2016-8704", "CVE-2016-8705", "CVE-2016-8706", "CVE-2018-1000115"],
  ...["CVE-2019-11596", "CVE-2020-10931", "CVE-2023-46852", "CVE-2023-46853"],
  ...["agent 2 connects to whatever address stands in a memcached key", "the memory that a 32-bit length asks for"],
];

/** The rows of the table of threats, without its head. */
function threats(): readonly string[] {
  const [, part = ""] = page.split("## Threats");
  return (part.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| Threat /.test(line));
}

interface Proof {
  readonly path: string;
  readonly name: string;
}

/** A file and the name of a test in it, of which a row has one or more. */
function proofs(row: string): readonly Proof[] {
  const cell = row.split(" | ").at(-1)?.replace(/ \|$/, "") ?? "";
  return cell.split("; `").map((proof) => {
    const [, path = "", name = ""] = /^`?(test\/[\w./-]+\.test\.ts)`: (.+)$/.exec(proof) ?? [];
    return { path, name };
  });
}

/** Names of tests and of groups of them, as they stand in the source, also in a table of cases. */
const TITLE =
  /(?:\b(?:test|describe)(?:\.\w+(?:\((?:[^()]|\([^()]*\))*\))?)*\(\s*|\bname: )(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** Those of a test file, and of the file beside it where it shares its tests with others. */
function titles(path: string): readonly string[] {
  const files = [path, path.replace(/\.test\.ts$/, ".ts")].filter((file) => existsSync(url(file)));
  return files.flatMap((file) => [...text(file).matchAll(TITLE)].map(([, , title = ""]) => title));
}

test("every row of threats has a proof, and every proof is a test that there is", () => {
  const all = threats().flatMap(proofs);
  expect(threats().length).toBeGreaterThan(25);
  expect(all.filter(({ path, name }) => !titles(path).includes(name))).toEqual([]);
});

test("every known vulnerability has its place", () => {
  expect(KNOWN.filter((id) => !page.includes(id))).toEqual([]);
});

test("links between the pages lead somewhere", () => {
  const pages = ["README.md", ...readdirSync(url("docs")).map((name) => `docs/${name}`)].filter((path) =>
    path.endsWith(".md"),
  );
  const broken = pages.flatMap((path) =>
    [...text(path).matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !existsSync(new URL(link, url(path))))
      .map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
  expect(page).toContain("(tls.md)");
});

test("the limits are the defaults", () => {
  expect(page).toContain(`\`PeerRate\`, ${CORE.PeerRate.fallback.toLocaleString("en")} a second`);
  expect(page).toContain(`\`Timeout\`, ${CORE.Timeout.fallback} s`);
  expect(page).toContain(`\`RingMemory\`, ${CORE.RingMemory.fallback / 2 ** 20} MB`);
});
