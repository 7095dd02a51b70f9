/** Seconds that the local clock is ahead of UTC at an instant (unix seconds). */
export type Zone = (clock: number) => number;

export const DAY_SECONDS = 86_400;

/**
 * Day of the week as Zabbix counts: 1 (Monday) to 7.
 * @param days since 1970-01-01, which was a Thursday
 */
export function weekDay(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** March first, so that a leap day ends a year: days of 400, 100, 4 and 1 years, and of 5 months. */
const [DAYS_400, DAYS_100, DAYS_4, DAYS_1, DAYS_5_MONTHS] = [146_097, 36_524, 1_461, 365, 153];
/** Days from 0000-03-01 to 1970-01-01. */
const BEFORE_1970 = 719_468;

/**
 * Day of the month, 1 to 31, of the Gregorian calendar.
 * @param days since 1970-01-01
 */
export function monthDay(days: number): number {
  const day = (days + BEFORE_1970) % DAYS_400;
  const leapDays = Math.floor(day / (DAYS_4 - 1)) - Math.floor(day / DAYS_100) + Math.floor(day / (DAYS_400 - 1));
  const year = Math.floor((day - leapDays) / DAYS_1);
  const dayOfYear = day - (DAYS_1 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * dayOfYear + 2) / DAYS_5_MONTHS);
  return dayOfYear - Math.floor((DAYS_5_MONTHS * month + 2) / 5) + 1;
}
