import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/* docs/migration.md as somebody uses it whose memcached is not the page's. */

const PAGE = fileURLToPath(new URL("../../docs/migration.md", import.meta.url));
/** `{HOST.CONN}` and `{$MEMCACHEDRPORT}` on the page. */
const ADDRESS = "192.0.2.7";
const PORT = "11211";

/** One line `Alias=OLD:KEY`. */
export interface PageAlias {
  readonly line: string;
  readonly old: string;
  readonly key: string;
}

/** All lines of the page that belong into a configuration. */
export function pageAliases(at: { readonly host: string; readonly port: number }): readonly PageAlias[] {
  const text = readFileSync(PAGE, "utf8");
  return [...text.matchAll(/^Alias=(.*)$/gm)].map(([, definition = ""]) => {
    const moved = definition.replace(ADDRESS, at.host).replace(PORT, String(at.port));
    const end = moved.lastIndexOf(":");
    return { line: `Alias=${moved}`, old: moved.slice(0, end), key: moved.slice(end + 1) };
  });
}

/** The page's lines that let UserParameters have counters. */
export function pageKeys(): readonly string[] {
  return [...readFileSync(PAGE, "utf8").matchAll(/^UserParameter\.Keys=.*$/gm)].map(([line]) => line);
}

/** The same with a second for every minute of a window, for those who cannot wait for an hour. */
export function inSeconds({ old, key }: PageAlias): PageAlias {
  const quick = key.replace(/,(\d+)m\]$/, ",$1s]");
  return { line: `Alias=${old}:${quick}`, old, key: quick };
}

/** Triggers that the page sets against each other: names of the official template's, and of ours. */
interface TriggerRow {
  readonly official: readonly string[];
  readonly ours: readonly string[];
}

/** The last table of the page; names of triggers stand in italics there. */
export function pageTable(): readonly TriggerRow[] {
  const rows = readFileSync(PAGE, "utf8").matchAll(/^\| (\*.*) \| (.*) \|$/gm);
  const names = (cell: string) => [...cell.matchAll(/\*([^*]+)\*/g)].map(([, name = ""]) => name);
  return [...rows].map(([, official = "", ours = ""]) => ({ official: names(official), ours: names(ours) }));
}
