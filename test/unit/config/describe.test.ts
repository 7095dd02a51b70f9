import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/apply.ts";
import { CORE } from "../../../src/config/core.ts";
import { describeDirectives } from "../../../src/config/describe.ts";
import { integer, optional, repeatable, text } from "../../../src/config/kinds.ts";
import { directive, type SectionSpec } from "../../../src/config/spec.ts";
import { memoryFiles } from "./memory-files.ts";

const SECTION: SectionSpec = {
  prefix: "Memcached",
  general: { SlowMs: directive({ kind: integer(1, 60_000), fallback: 100, doc: "When slow." }) },
  named: {
    Uri: directive({ kind: optional(text), fallback: undefined, doc: "Where." }),
    Pool: directive({ kind: repeatable(text), fallback: [], doc: "Pools." }),
  },
};
const SPEC = { core: CORE, sections: [SECTION] };
const SAMPLE = describeDirectives(CORE, [SECTION]);

test("a section is described as a whole and for one target", () => {
  expect(describeDirectives({}, [SECTION]).split("\n\n").slice(1).join("\n\n")).toBe(`##### Memcached

### Memcached.SlowMs
# When slow.
# Expected: integer 1-60000.
#
# Memcached.SlowMs=100

# Memcached.NAME.*: one target. NAME stands in item keys: 1-64 letters, digits, dots, dashes, colons, underscores.

### Memcached.NAME.Uri
# Where.
# Expected: text, or nothing.
#
# Memcached.NAME.Uri=

### Memcached.NAME.Pool
# Pools.
# Expected: text. May stand several times.
#
# Memcached.NAME.Pool=
`);
});

test("a section without directives is left out", () => {
  expect(describeDirectives({}, [{ prefix: "Tidemark", general: {}, named: {} }])).toBe(describeDirectives({}, []));
});

test("every core directive is described", () => {
  for (const [name, { doc }] of Object.entries(CORE)) expect(SAMPLE).toContain(`### ${name}\n# ${doc}\n`);
});

test("the sample file as it is changes nothing", () => {
  expect(loadConfig("/c", SPEC, memoryFiles({ "/c": SAMPLE }))).toEqual(loadConfig(undefined, SPEC, memoryFiles({})));
});

test("the shown defaults, uncommented, are the defaults", () => {
  const uncommented = SAMPLE.replace(/^# ([\w.]+=.+)$/gm, "$1");
  expect(uncommented).toContain("\nListenPort=10055\n");
  const loaded = loadConfig("/c", SPEC, memoryFiles({ "/c": uncommented }));
  const defaults = loadConfig(undefined, SPEC, memoryFiles({}));
  if (loaded.kind !== "ok" || defaults.kind !== "ok") expect.unreachable();
  expect(loaded.config.core).toEqual(defaults.config.core);
  expect(loaded.config.sections).toEqual(defaults.config.sections);
});
