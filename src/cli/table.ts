/** One column of a table of text. */
export interface TextColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/** One source's table of `status`. */
export interface StatusTable {
  readonly source: string;
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Why there are no rows. */
  readonly reason?: string;
}

const BETWEEN = "  ";

/** Lines of a table: each column as wide as its widest cell, title line first, no trailing blanks. */
export function tableLines(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  return all.map((row) =>
    columns
      .map(({ align }, at) =>
        align === "left" ? row[at]?.padEnd(widths[at] ?? 0) : row[at]?.padStart(widths[at] ?? 0),
      )
      .join(BETWEEN)
      .trimEnd(),
  );
}
