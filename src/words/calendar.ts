/** Days from 1970-01-01 to a day of the Gregorian calendar; month and day from 1 on. */
export function daysSince1970(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1; // taken to begin in March, so that the leap day is its last
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return years * 365 + leapDays + dayOfYear - 719_468;
}
