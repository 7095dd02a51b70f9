const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** A length of time for people, by its two largest units: "3d 4h", "5m 10s", "7s". */
export function durationText(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  const rest = seconds % length;
  const next = UNITS[UNITS.findIndex(([name]) => name === unit) + 1] ?? (["s", 1] as const);
  const whole = `${Math.floor(seconds / length)}${unit}`;
  return unit === "s" ? whole : `${whole} ${Math.floor(rest / next[1])}${next[0]}`;
}
