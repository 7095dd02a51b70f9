const UTC = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });

/** A wall time (unix seconds) for error texts: `2026-11-22 04:22:33 UTC`. */
export function timeText(clock: number): string {
  return `${UTC.format(clock * 1000)} UTC`;
}
