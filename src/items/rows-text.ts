import type { Row } from "./item.ts";

/** Zabbix's low-level discovery text: an array of objects with `{#NAME}` keys. */
export function rowsText(rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, text]) => [`{#${name}}`, text]))),
  );
}
