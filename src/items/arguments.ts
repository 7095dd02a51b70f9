import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Item, ParamContext, Params } from "./item.ts";

/** A key's parameters as its item takes them: the target's name ("" is the default one) and the parsed arguments. */
export interface Arguments {
  readonly target: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Names of an item's parameters in the order of the key, for texts: a target item's first one names the target. */
export function parameterNames(item: Item): readonly string[] {
  const names = Object.keys(item.params as Params);
  return item.scope === "target" ? ["target", ...names] : names;
}

/** Parses parameter texts as the item declares them; absent and empty ones become their fallback. */
export function parseArguments(item: Item, texts: readonly string[], context: ParamContext): Parsed<Arguments> {
  const names = parameterNames(item);
  const lenient = item.scope === "moment" && item.ignoresMore === true;
  if (texts.length > names.length && !lenient) return malformed(tooMany(item.key, names, texts.length));
  const own = item.scope === "target" ? texts.slice(1) : texts;
  const args: Record<string, unknown> = {};
  for (const [index, [name, param]] of Object.entries(item.params as Params).entries()) {
    const text = own[index] === undefined || own[index] === "" ? param.fallback : own[index];
    if (text === undefined) return malformed(`parameter "${name}" is missing: ${param.doc}`);
    const parsed = param.parse(text, context);
    if (parsed.kind === "malformed") return malformed(`parameter "${name}": ${parsed.reason}`);
    args[name] = parsed.value;
  }
  return ok({ target: item.scope === "target" ? (texts[0] ?? "") : "", args });
}

function tooMany(key: string, names: readonly string[], found: number): string {
  if (names.length === 0) return `item "${key}" takes no parameters, found ${found}`;
  return `too many parameters: "${key}" takes at most ${names.length} (${names.join(", ")}), found ${found}`;
}
