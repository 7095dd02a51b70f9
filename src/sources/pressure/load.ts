// loadavg := 1m " " 5m " " 15m " " running "/" tasks " " pid LF      proc(5)

const LOADAVG = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /;

/** The three load averages of /proc/loadavg by their fields; none when it is malformed. */
export function parseLoad(text: string): readonly (readonly [string, number])[] {
  const [, one, five, fifteen] = LOADAVG.exec(text) ?? [];
  if (fifteen === undefined) return [];
  return [
    ["load1", Number(one)],
    ["load5", Number(five)],
    ["load15", Number(fifteen)],
  ];
}
