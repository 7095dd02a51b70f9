/** One line of the result: what was measured, the figure, and what it is held against. */
export interface Row {
  readonly what: string;
  readonly who: string;
  readonly figures: readonly string[];
}

/** One budget of the design: its figure, and whether it was met. */
export interface Verdict {
  readonly budget: string;
  readonly limit: string;
  readonly found: string;
  readonly met: boolean;
}

/** What one part of the bench gives. */
export interface Part {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? Number.NaN) + (sorted[Math.ceil(middle - 0.5)] ?? Number.NaN)) / 2;
}

/** Three digits that count. */
export function short(number: number): string {
  return Number.isFinite(number) ? String(Number(number.toPrecision(3))) : "-";
}

/** "1.3 x" */
export function times(number: number, base: number): string {
  return `${short(number / base)} x`;
}

export function atMost(budget: string, found: number, limit: number, unit: string): Verdict {
  return { budget, limit: `<= ${limit} ${unit}`, found: `${short(found)} ${unit}`, met: found <= limit };
}

export function atLeast(budget: string, found: number, limit: number, unit: string): Verdict {
  return { budget, limit: `>= ${limit} ${unit}`, found: `${short(found)} ${unit}`, met: found >= limit };
}

/** The parts as Markdown: one table each, and the budgets below. */
export function render(parts: readonly Part[]): string {
  const verdicts = parts.flatMap((part) => part.verdicts);
  const budgets = verdicts.map(({ budget, limit, found, met }) => [budget, limit, found, met ? "met" : "MISSED"]);
  return [
    ...parts.map(({ title, columns, rows }) =>
      table(
        [title, "", ...columns],
        rows.map(({ what, who, figures }) => [what, who, ...figures]),
      ),
    ),
    table(["budget", "limit", "found", ""], budgets),
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, 3, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
