// stat := pid " (" comm ") " state 18 columns starttime ...     proc(5); comm may hold blanks and parentheses

const START = 19;

/** What /proc/PID/stat says of a process. `start`: ticks after boot, so that pid and start are one life. */
export interface ProcessStat {
  readonly comm: string;
  readonly start: number;
}

export function parseProcessStat(text: string): ProcessStat | undefined {
  const [open, close] = [text.indexOf("("), text.lastIndexOf(")")];
  const start = text.slice(close + 2).split(" ")[START];
  if (open < 0 || close < open || start === undefined || !/^\d+$/.test(start)) return undefined;
  return { comm: text.slice(open + 1, close), start: Number(start) };
}
