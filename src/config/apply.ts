import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { type ConfigSpec, resolveName } from "./names.ts";
import { type Entry, type Problem, place, readConfig, short } from "./reader.ts";
import type { Directive, Directives, Files, Section, SectionSpec, Values } from "./spec.ts";

/** A configuration without any fault. `entries` are for errors that are found later and should name file and line. */
export interface Config<C extends Directives> {
  readonly core: Values<C>;
  /** By prefix; every section is there, also those that the file does not mention. */
  readonly sections: ReadonlyMap<string, Section>;
  readonly entries: readonly Entry[];
}

export type Applied<C extends Directives> =
  | { readonly kind: "ok"; readonly config: Config<C> }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Reads and applies a file, or the defaults when `path` is undefined. Problems are complete, by file and line. */
export function loadConfig<C extends Directives>(
  path: string | undefined,
  spec: ConfigSpec<C>,
  files: Files,
): Applied<C> {
  if (path === undefined) return applyConfig([], spec, files);
  const { entries, problems } = readConfig(path, files);
  const applied = applyConfig(entries, spec, files);
  if (problems.length === 0) return applied;
  return refused(applied.kind === "ok" ? problems : [...problems, ...applied.problems]);
}

/**
 * Gives every directive its value. A directive that stands twice is refused, unlike in zabbix_agentd, where the last one
 * counts: with one file per target in an Include directory, a name used twice would silently merge two targets.
 */
export function applyConfig<C extends Directives>(
  entries: readonly Entry[],
  spec: ConfigSpec<C>,
  files: Files,
): Applied<C> {
  const given: Given = { values: new Map(), first: new Map(), targets: new Map(), spoiled: new Set(), problems: [] };
  for (const entry of entries) {
    const fault = take(given, entry, spec, files);
    if (fault === undefined) continue;
    given.problems.push({ file: entry.file, line: entry.line, text: fault });
    given.spoiled.add(entry.name.slice(0, entry.name.lastIndexOf(".")));
  }
  const sections = new Map(spec.sections.map((section) => [section.prefix, fillSection(given, section)]));
  if (given.problems.length > 0) return refused(given.problems);
  return { kind: "ok", config: { core: fill(given, spec.core, ""), sections, entries } };
}

/** A fault that shows only after loading, at the last line that names the directive, else at the file as a whole. */
export function problemAt(
  file: string,
  entries: readonly Entry[],
  { name, text }: { name: string; text: string },
): Problem {
  const entry = entries.findLast((one) => one.name === name);
  return { file: entry?.file ?? file, line: entry?.line, text: `"${name}": ${text}` };
}

interface Given {
  /** Parsed values by full name. */
  readonly values: Map<string, unknown>;
  /** The first entry of each full name, also when its value was bad. */
  readonly first: Map<string, Entry>;
  /** By prefix: target name to its first entry. */
  readonly targets: Map<string, Map<string, Entry>>;
  /** `<prefix>.<name>` of targets with a faulty directive: what else they lack would only confuse. */
  readonly spoiled: Set<string>;
  readonly problems: Problem[];
}

function take(given: Given, entry: Entry, spec: ConfigSpec, files: Files): string | undefined {
  const resolved = resolveName(entry.name, spec);
  if (resolved.kind === "unknown") return resolved.text;
  if (resolved.target !== undefined) noteTarget(given, entry, resolved.target);
  const value = accept(given, entry, resolved.directive, files);
  if (value.kind === "ok") given.values.set(entry.name, value.value);
  return value.kind === "ok" ? undefined : value.reason;
}

function noteTarget({ targets }: Given, entry: Entry, { prefix, name }: { prefix: string; name: string }): void {
  const named = targets.get(prefix) ?? new Map<string, Entry>();
  targets.set(prefix, named);
  if (!named.has(name)) named.set(name, entry);
}

function accept(given: Given, entry: Entry, { kind }: Directive<unknown>, files: Files): Parsed<unknown> {
  const first = given.first.get(entry.name);
  if (first === undefined) given.first.set(entry.name, entry);
  else if (kind.join === undefined) return malformed(`"${entry.name}" is given already at ${place(first)}`);
  const parsed = kind.parse(entry.value);
  if (parsed.kind === "malformed") return malformed(badValue(entry, `${parsed.reason}, expected ${kind.syntax}`));
  const fault = kind.verify?.(parsed.value, files);
  if (fault !== undefined) return malformed(badValue(entry, fault));
  const before = given.values.get(entry.name);
  return ok(before === undefined || kind.join === undefined ? parsed.value : kind.join(before, parsed.value));
}

function badValue({ name, value }: Entry, fault: string): string {
  return `bad value "${short(value)}" for "${name}": ${fault}`;
}

function fillSection(given: Given, section: SectionSpec): Section {
  const named = new Map<string, Values<Directives>>();
  for (const [name, entry] of given.targets.get(section.prefix) ?? []) {
    const values = fill(given, section.named, `${section.prefix}.${name}.`);
    named.set(name, values);
    const fault = given.spoiled.has(`${section.prefix}.${name}`) ? undefined : section.check?.(name, values);
    if (fault !== undefined) {
      given.problems.push({ file: entry.file, line: entry.line, text: `"${section.prefix}.${name}": ${fault}` });
    }
  }
  return { general: fill(given, section.general, `${section.prefix}.`), named };
}

function fill<D extends Directives>({ values }: Given, directives: D, prefix: string): Values<D> {
  const filled = Object.entries(directives).map(([name, { fallback }]) => {
    const found = `${prefix}${name}`;
    return [name, values.has(found) ? values.get(found) : fallback];
  });
  return Object.fromEntries(filled) as Values<D>; // each value came from the kind or the fallback of its own directive
}

/** By file and line; the files in the order in which they first have a problem. */
function refused(problems: readonly Problem[]): { readonly kind: "refused"; readonly problems: readonly Problem[] } {
  const files = [...new Set(problems.map(({ file }) => file))];
  const sorted = problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0),
  );
  return { kind: "refused", problems: sorted };
}
