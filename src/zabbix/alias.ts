import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { parseKey, scanKey } from "./key.ts";

// alias := name ":" key        both are item keys; a name that ends with "[*]" stands for any brackets

const ANY = "[*]";

interface Alias {
  readonly name: string;
  readonly key: string;
}

/**
 * Compiles `Alias` values, oldest first, into the function that resolves an asked key; keys without an alias, and text
 * that is not a key, come back unchanged. As zabbix_agentd: a name equal to the whole key goes first, then the newest
 * matching `name[*]`; brackets go over to a target that ends with `[*]`; the result is not looked up again.
 * Malformed when a definition is, or when two have the same name.
 */
export function compileAliases(definitions: readonly string[]): Parsed<(key: string) => string> {
  const exact = new Map<string, string>();
  for (const definition of definitions) {
    const alias = parseAlias(definition);
    if (alias.kind === "malformed") return alias;
    const { name, key } = alias.value;
    if (exact.has(name)) return malformed(`alias "${name}" is defined twice`);
    exact.set(name, key);
  }
  const flexible = [...exact]
    .map(([name, key]) => ({ name, key }))
    .filter(({ name }) => name.endsWith(ANY))
    .reverse();
  return ok((key) => (parseKey(key).kind === "ok" ? (exact.get(key) ?? resolveFlexible(key, flexible)) : key));
}

function parseAlias(definition: string): Parsed<Alias> {
  const end = scanKey(definition)?.end;
  if (end === undefined || definition[end] !== ":") {
    return malformed(`cannot read alias "${definition}": expected an item key and ":" before the key it stands for`);
  }
  const key = definition.slice(end + 1);
  if (parseKey(key).kind === "malformed")
    return malformed(`cannot read alias "${definition}": "${key}" is not an item key`);
  return ok({ name: definition.slice(0, end), key });
}

function resolveFlexible(key: string, aliases: readonly Alias[]): string {
  const alias = aliases.find(({ name }) => key.startsWith(name.slice(0, -2)));
  if (alias === undefined) return key;
  if (!alias.key.endsWith(ANY)) return alias.key;
  return alias.key.slice(0, -ANY.length) + key.slice(alias.name.length - ANY.length);
}
