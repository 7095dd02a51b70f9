import type { Item } from "../items/item.ts";
import { sentence } from "../words/sentence.ts";

/** Keys of our own that every Zabbix agent has already. */
const AGENTS = "agent.";

/**
 * What the plugin registers with agent 2: pairs of key and description, JSON. A description begins with a capital and
 * ends with a full stop, else agent 2 6.0 panics and 7.0 never gets ready.
 */
export function renderMetrics(items: readonly Item[]): string {
  const ours = items.filter(({ key, family }) => family !== "native" && !key.startsWith(AGENTS));
  const pairs = ours.map(({ key, name }) => `  [${JSON.stringify(key)}, ${JSON.stringify(sentence(name))}]`);
  return `[\n${pairs.join(",\n")}\n]\n`;
}
