import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { matchesWildcard } from "../words/wildcard.ts";
import { type Key, parseKey } from "./key.ts";

// pattern := "*" / name [ "[" params "]" ]     name as in item keys, and "*" in it
//
// Rules are tested in order and the first that matches decides; a key that none matches is allowed. What zabbix_agentd
// does to the list at its start is done here too: it is seen in which keys are answered.

const EVERYTHING = "*";
const COMMAND_NAME = "system.run";

/** One AllowKey or DenyKey line, in the order of the configuration. */
export interface AccessRule {
  readonly allow: boolean;
  readonly pattern: string;
}

/** Decides on keys after aliases were resolved. `warnings`: rules that were left out, and why. */
export interface Access {
  allows(key: Key): boolean;
  readonly warnings: readonly string[];
}

/**
 * Compiles access rules with zabbix_agentd's meaning of them: duplicates and rules behind `*` are dropped, so are trailing
 * AllowKey rules, and `DenyKey=system.run[*]` is added unless the rules speak of it themselves.
 * Malformed when a pattern is, or when all rules together would allow everything.
 */
export function compileAccess(rules: readonly AccessRule[]): Parsed<Access> {
  const warnings: string[] = [];
  const compiled: Rule[] = [];
  for (const rule of rules) {
    const next = compileRule(rule);
    if (next.kind === "malformed") return next;
    const earlier = compiled.find((other) => other.canonical === next.value.canonical);
    if (earlier === undefined) compiled.push(next.value);
    else warnings.push(`${next.value.text} is left out: it ${repeats(next.value, earlier)} ${earlier.text} above`);
  }
  const kept = withoutTrailing(withoutUnreachable(compiled, warnings), warnings);
  if (rules.length > 0 && kept.length === 0) {
    return malformed("access rules allow every item key: remove them, or end them with DenyKey=*");
  }
  const list = speaksOfCommands(compiled) ? kept : [...kept, COMMANDS_DENIED];
  return ok({ allows: (key) => list.find((rule) => matches(rule, key))?.allow ?? true, warnings });
}

interface Rule {
  readonly allow: boolean;
  /** As configured, for warnings. */
  readonly text: string;
  readonly name: string;
  /** Undefined: the pattern has no brackets. */
  readonly params: readonly string[] | undefined;
  /** Equal for patterns that mean the same. */
  readonly canonical: string;
}

const COMMANDS_DENIED = ruleOf({ allow: false, pattern: "system.run[*]" }, COMMAND_NAME, [EVERYTHING]);

function compileRule(rule: AccessRule): Parsed<Rule> {
  const [name = ""] = /^[0-9A-Za-z_.*-]*/.exec(rule.pattern) ?? [];
  // Any name will do to have the key grammar take the brackets apart.
  const key = parseKey(`k${rule.pattern.slice(name.length)}`);
  if (name === "" || key.kind === "malformed")
    return malformed(`cannot read ${ruleText(rule)}: expected an item key, "*" allowed`);
  return ok(ruleOf(rule, name, key.value.hasBrackets ? key.value.params : undefined));
}

function ruleOf(rule: AccessRule, name: string, params: readonly string[] | undefined): Rule {
  const shortName = singleStars(name);
  const shortParams = params && withoutRepeatedTail(params.map(singleStars));
  const canonical = JSON.stringify([shortName, shortParams]);
  return { allow: rule.allow, text: ruleText(rule), name: shortName, params: shortParams, canonical };
}

function ruleText(rule: AccessRule): string {
  return `${rule.allow ? "AllowKey" : "DenyKey"}=${rule.pattern}`;
}

function singleStars(pattern: string): string {
  return pattern.replace(/\*+/g, "*");
}

/** `k[x,*,*]` is `k[x,*]`: the last `*` stands for all further parameters. */
function withoutRepeatedTail(params: readonly string[]): readonly string[] {
  const last = params.findLastIndex((param) => param !== EVERYTHING);
  return params.slice(0, last + 2);
}

function repeats(rule: Rule, earlier: Rule): string {
  return rule.allow === earlier.allow ? "duplicates" : "conflicts with";
}

function isEverything(rule: Rule): boolean {
  return rule.name === EVERYTHING && rule.params === undefined;
}

function speaksOfCommands(rules: readonly Rule[]): boolean {
  return rules.some((rule) => isEverything(rule) || rule.canonical === COMMANDS_DENIED.canonical);
}

function withoutUnreachable(rules: readonly Rule[], warnings: string[]): readonly Rule[] {
  const all = rules.findIndex(isEverything);
  if (all === -1) return rules;
  warnings.push(...rules.slice(all + 1).map((rule) => `${rule.text} is left out: no key gets past the rule "*" above`));
  return rules.slice(0, all + 1);
}

/** Allowing is the default, so AllowKey at the end says nothing, but for system.run, which is denied by default. */
function withoutTrailing(rules: readonly Rule[], warnings: string[]): readonly Rule[] {
  const lastDeny = rules.findLastIndex((rule) => !rule.allow);
  const trailing = rules.slice(lastDeny + 1);
  const idle = trailing.filter((rule) => rule.name !== COMMAND_NAME);
  warnings.push(
    ...idle.filter((rule) => !isEverything(rule)).map((rule) => `${rule.text} is left out: no DenyKey follows it`),
  );
  return rules.filter((rule) => !idle.includes(rule));
}

function matches(rule: Rule, key: Key): boolean {
  if (isEverything(rule)) return true;
  if ((rule.params !== undefined) !== key.hasBrackets) return false;
  return matchesWildcard(key.name, rule.name) && matchesParams(rule.params ?? [], key.params);
}

function matchesParams(patterns: readonly string[], params: readonly string[]): boolean {
  const open = patterns.at(-1) === EVERYTHING;
  const named = open ? patterns.slice(0, -1) : patterns;
  if (open ? params.length < named.length : params.length !== named.length) return false;
  return named.every((pattern, at) => matchesWildcard(params[at] ?? "", pattern));
}
