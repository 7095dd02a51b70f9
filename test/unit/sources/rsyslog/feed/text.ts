const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 2026-11-21 23:36:40 UTC. */
export const START = 1_795_304_200;

/** What impstats writes before a record in its file: "Sat Nov 21 23:36:40 2026: ", by a clock so far east of UTC. */
export function ctime(clock: number, eastSeconds = 0): string {
  const at = new Date((clock + eastSeconds) * 1000);
  const time = at.toISOString().slice(11, 19);
  const day = String(at.getUTCDate()).padStart(2);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${day} ${time} ${at.getUTCFullYear()}: `;
}

/** Each record of a sweep in json format, without time; `value` is the main queue's count of enqueued messages. */
export function records(value: number | bigint): readonly string[] {
  return [
    '{ "name": "global", "origin": "dynstats", "values": { } }',
    '{ "name": "imuxsock", "origin": "imuxsock", "submitted": 1, "ratelimit.discarded": 0 }',
    '{ "name": "forward", "origin": "core.action", "processed": 7, "failed": 0 }',
    `{ "name": "main Q", "origin": "core.queue", "size": 3, "enqueued": ${value}, "maxqsize": 9 }`,
  ];
}

/** A sweep as it stands in the file. */
export function sweepText(clock: number, value: number | bigint = clock, eastSeconds = 0): string {
  return records(value)
    .map((record) => `${ctime(clock, eastSeconds)}${record}\n`)
    .join("");
}
