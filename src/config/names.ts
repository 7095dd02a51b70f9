import { nearest } from "../words/nearest.ts";
import { foreignReason } from "./foreign.ts";
import { short } from "./reader.ts";
import type { Directive, Directives, SectionSpec } from "./spec.ts";

/** Everything that a configuration may name: tidemark's own directives and one section per source. */
export interface ConfigSpec<C extends Directives = Directives> {
  readonly core: C;
  readonly sections: readonly SectionSpec[];
}

/** The directive that a name in the file means. `target` is there for `<prefix>.<name>.<Directive>`. */
export type Resolved =
  | {
      readonly kind: "known";
      readonly directive: Directive<unknown>;
      readonly target?: { readonly prefix: string; readonly name: string };
    }
  | { readonly kind: "unknown"; readonly text: string };

/** A target's short name, as item keys carry it. */
const TARGET_NAME = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * Looks a name up. Target names may have dots: `Memcached.a.b.Uri` is the directive `Uri` of the target `a.b`.
 * The text of an unknown one says what was probably meant.
 */
export function resolveName(name: string, spec: ConfigSpec): Resolved {
  const core = find(spec.core, name);
  if (core !== undefined) return { kind: "known", directive: core };
  const reason = foreignReason(name);
  if (reason !== undefined) return unknown(`"${short(name)}" is a directive of Zabbix agents only: ${reason}`);
  const dotted = split(name);
  const section = spec.sections.find(({ prefix }) => prefix === dotted?.prefix);
  if (dotted === undefined || section === undefined) return unknown(unknownText(name, spec));
  return dotted.target === undefined
    ? resolveGeneral(name, dotted.last, section, spec)
    : resolveNamed(name, { target: dotted.target, last: dotted.last }, section);
}

function resolveGeneral(name: string, last: string, section: SectionSpec, spec: ConfigSpec): Resolved {
  const found = find(section.general, last);
  if (found !== undefined) return { kind: "known", directive: found };
  if (find(section.named, last) === undefined) return unknown(unknownText(name, spec));
  return unknown(`"${short(name)}" lacks the name of a target, expected "${section.prefix}.NAME.${last}"`);
}

interface Named {
  readonly target: string;
  readonly last: string;
}

function resolveNamed(name: string, { target, last }: Named, section: SectionSpec): Resolved {
  const { prefix, general, named } = section;
  const found = find(named, last);
  if (found !== undefined) {
    if (TARGET_NAME.test(target)) return { kind: "known", directive: found, target: { prefix, name: target } };
    return unknown(
      `target name "${short(target)}", expected 1-64 letters, digits, dots, dashes, colons and underscores`,
    );
  }
  if (find(general, last) !== undefined) {
    return unknown(`"${short(name)}" is not set for one target, expected "${prefix}.${last}"`);
  }
  return unknown(`unknown directive "${short(name)}". ${namedHint(target, last, section)}`);
}

function namedHint(target: string, last: string, { prefix, named }: SectionSpec): string {
  const known = Object.keys(named);
  if (known.length === 0) return `"${prefix}" has no targets.`;
  const meant = nearest(last, known);
  return meant === undefined ? `A target has ${known.join(", ")}.` : didYouMean(`${prefix}.${target}.${meant}`);
}

/** For a name of which not even the section is known, or that has no target in it. */
function unknownText(name: string, spec: ConfigSpec): string {
  const meant = nearest(name, Object.keys(spec.core)) ?? nearestInSections(name, spec);
  return `unknown directive "${short(name)}"${meant === undefined ? "" : `. ${didYouMean(meant)}`}`;
}

/** Judges prefix and directive each by itself: what they have in common must not hide that one is far off. */
function nearestInSections(name: string, { sections }: ConfigSpec): string | undefined {
  const dotted = split(name);
  const prefixes = sections.map(({ prefix }) => prefix);
  const prefix = dotted && nearest(dotted.prefix, prefixes);
  const section = sections.find((one) => one.prefix === prefix);
  if (dotted === undefined || section === undefined) return undefined;
  const general = dotted.target === undefined ? nearest(dotted.last, Object.keys(section.general)) : undefined;
  if (general !== undefined) return `${section.prefix}.${general}`;
  const named = nearest(dotted.last, Object.keys(section.named));
  return named && `${section.prefix}.${dotted.target ?? "NAME"}.${named}`;
}

function didYouMean(name: string): string {
  return `Did you mean "${short(name)}"?`;
}

interface Dotted {
  readonly prefix: string;
  readonly target: string | undefined;
  readonly last: string;
}

function split(name: string): Dotted | undefined {
  const first = name.indexOf(".");
  if (first < 0) return undefined;
  const final = name.lastIndexOf(".");
  const target = first === final ? undefined : name.slice(first + 1, final);
  return { prefix: name.slice(0, first), target, last: name.slice(final + 1) };
}

/** Own properties only: a file may well say `constructor=`. */
function find(directives: Directives, name: string): Directive<unknown> | undefined {
  return Object.hasOwn(directives, name) ? directives[name] : undefined;
}

function unknown(text: string): Resolved {
  return { kind: "unknown", text };
}
