import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { renderKeyPage } from "./catalog/key-page.ts";
import { renderMetrics } from "./catalog/metrics.ts";
import { templateFiles } from "./catalog/templates/files.ts";
import { renderOldUserParameters, renderUserParameters } from "./catalog/user-parameters.ts";
import { VERSION } from "./cli/version.ts";
import { CORE } from "./config/core.ts";
import { describeDirectives } from "./config/describe.ts";
import { PUSH } from "./config/push.ts";
import { SOURCES } from "./sources/all.ts";

/** The committed files that follow from the declarations, by their path in the project. */
function generated(): ReadonlyMap<string, string> {
  const items = SOURCES.flatMap((source) => source.items);
  const sections = [...SOURCES.map((source) => source.section), PUSH];
  return new Map([
    ["userparameters/tidemark.conf", renderUserParameters(items)],
    ["userparameters/tidemark-legacy.conf", renderOldUserParameters(items)],
    ["src/plugin/metrics.json", renderMetrics(items)],
    ["docs/item-keys.md", renderKeyPage(SOURCES)],
    ["docs/tidemark.conf", describeDirectives(CORE, sections)],
    ...templateFiles(
      SOURCES.flatMap(({ template }) => template ?? []),
      VERSION,
    ),
  ]);
}

function differs(path: string, text: string): boolean {
  try {
    return readFileSync(path, "utf8") !== text;
  } catch {
    return true;
  }
}

/** Writes what differs. With `--check` it only names it, and any difference makes the exit status 1. */
function main(checkOnly: boolean): void {
  for (const [path, text] of generated()) {
    if (!differs(path, text)) continue;
    process.stdout.write(checkOnly ? `${path} differs: run "npm run generate" and commit it.\n` : `${path}\n`);
    if (checkOnly) {
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

main(process.argv.includes("--check"));
