import type { Zone } from "../../../src/zabbix/zone.ts";

const QUARTER_HOUR = 900;

/** A zone of the tz database, whatever the zone of this machine is. */
export function zoneNamed(name: string): Zone {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  const known = new Map<number, number>();
  return (clock) => {
    const quarter = Math.floor(clock / QUARTER_HOUR); // clocks change at whole quarters of an hour
    const found = known.get(quarter) ?? offsetAt(format, quarter * QUARTER_HOUR);
    known.set(quarter, found);
    return found;
  };
}

function offsetAt(format: Intl.DateTimeFormat, clock: number): number {
  const text = format.formatToParts(clock * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
}
