import type { Item } from "../items/item.ts";

/** Keys of our own that every Zabbix agent has already. */
const AGENTS = "agent.";

/**
 * What the plugin registers with agent 2: pairs of key and description, JSON. A description begins with a capital and
 * ends with a full stop, else the agent refuses it.
 */
export function renderMetrics(items: readonly Item[]): string {
  const ours = items.filter(({ key, family }) => family === undefined && !key.startsWith(AGENTS));
  const pairs = ours.map(({ key, name }) => `  [${JSON.stringify(key)}, ${JSON.stringify(`${name}.`)}]`);
  return `[\n${pairs.join(",\n")}\n]\n`;
}
