import { formatValue } from "./kinds.ts";
import type { ConfigSpec } from "./names.ts";
import type { Directive, Directives, SectionSpec } from "./spec.ts";

const HEAD = `# Configuration of tidemark. Every directive with its default; nothing needs to be set.
#
# One Name=Value on a line, white space around both is dropped. A # begins a comment only at the start of a line.
# UTF-8, at most 2048 bytes a line. A directive that is given twice is refused (agents take the last one), except where
# "May stand several times" is written.
`;

/** The sample configuration file: every directive commented out, with its meaning, syntax and default. */
export function describeDirectives(core: ConfigSpec["core"], sections: ConfigSpec["sections"]): string {
  return [HEAD, ...block(core, ""), ...sections.flatMap(describeSection)].join("\n");
}

function describeSection({ prefix, general, named }: SectionSpec): readonly string[] {
  const targets = Object.keys(named).length === 0 ? [] : [namedHead(prefix), ...block(named, `${prefix}.NAME.`)];
  const blocks = [...block(general, `${prefix}.`), ...targets];
  return blocks.length === 0 ? [] : [`##### ${prefix}\n`, ...blocks];
}

function namedHead(prefix: string): string {
  return `# ${prefix}.NAME.*: one target. NAME stands in item keys: 1-64 letters, digits, dots, dashes, colons, underscores.\n`;
}

function block(directives: Directives, prefix: string): readonly string[] {
  return Object.entries(directives).map(([name, one]) => describe(`${prefix}${name}`, one));
}

function describe(name: string, { kind, fallback, doc }: Directive<unknown>): string {
  const often = kind.join === undefined ? "" : " May stand several times.";
  const shown = fallback === undefined ? "" : formatValue(kind, fallback);
  return `### ${name}\n# ${doc}\n# Expected: ${kind.syntax}.${often}\n#\n# ${name}=${shown}\n`;
}
