/** What was thrown, in its own words; a system error of Node has code, text, call and path. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
