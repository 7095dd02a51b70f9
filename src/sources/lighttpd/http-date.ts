import type { Clock } from "../../ring/sample.ts";
import { daysSince1970 } from "../../words/calendar.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FORM = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** Unix seconds of a date as servers write it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 1123); undefined: it is none. */
export function httpDate(text: string): Clock | undefined {
  const [, day, name = "", year, hour, minute, second] = FORM.exec(text) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  if (month === 0) return undefined;
  const days = daysSince1970(Number(year), month, Number(day));
  return days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
}
