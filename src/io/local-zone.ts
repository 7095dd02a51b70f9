/** Seconds that this machine's local time is ahead of UTC at an instant (unix seconds). */
export function localZone(clock: number): number {
  return -60 * new Date(clock * 1000).getTimezoneOffset();
}
