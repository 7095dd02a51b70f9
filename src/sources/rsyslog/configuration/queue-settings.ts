import type { Clock } from "../../../ring/sample.ts";

/** How a queue was made, as far as the configuration says it. Unknown is what it leaves to rsyslogd's default. */
export interface QueueSettings {
  /** Small letters: "linkedlist", "fixedarray", "disk", "direct". */
  readonly type: string | undefined;
  /** Messages. */
  readonly size: number | undefined;
  /** Bytes; 0: as much as the disk has. */
  readonly maxDiskSpace: number | undefined;
  /** Prefix of its files. With one, a queue in memory has a disk to fall back to. */
  readonly filename: string | undefined;
  /** Where its files are, when not in rsyslogd's work directory. */
  readonly spoolDirectory: string | undefined;
  /** Hours of the local time between which it may deliver; undefined: always. */
  readonly delivers: { readonly from: number; readonly to: number } | undefined;
}

/** Messages in an action's queue of which the configuration does not say the size, in all versions of rsyslog 8. */
export const ACTION_QUEUE_SIZE = 1000;
/** What `queue.dequeueTimeEnd` is by default: no such hour. */
const NO_HOUR = 25;

/** By parameters without their prefix: "size", "maxdiskspace", "filename". Undefined: they make no queue. */
export function queueSettings(parameters: ReadonlyMap<string, string>): QueueSettings | undefined {
  if (parameters.size === 0) return undefined;
  const from = hourOf(parameters.get("dequeuetimebegin"), 0);
  const to = hourOf(parameters.get("dequeuetimeend"), NO_HOUR);
  return {
    type: parameters.get("type")?.toLowerCase(),
    size: parseSize(parameters.get("size")),
    maxDiskSpace: parseSize(parameters.get("maxdiskspace")),
    filename: parameters.get("filename") || undefined,
    spoolDirectory: parameters.get("spooldirectory") || undefined,
    delivers: to === NO_HOUR ? undefined : { from, to },
  };
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ...[..."kmgtpe"].map((letter, at) => [letter, 1024 ** (at + 1)] as const),
  ...[..."KMGTPE"].map((letter, at) => [letter, 1000 ** (at + 1)] as const),
]);

/** rsyslog's sizes: small letters are powers of 1024, capitals of 1000. */
export function parseSize(text: string | undefined): number | undefined {
  const [, digits, letter = ""] = /^(\d{1,18})([kmgtpeKMGTPE]?)$/.exec(text?.trim() ?? "") ?? [];
  const factor = UNITS.get(letter);
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

function hourOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : otherwise;
}

const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "numeric", hourCycle: "h23" });

/** The hour of this machine's local time, 0 to 23, by which rsyslogd goes. */
export function localHour(clock: Clock): number {
  return Number(HOUR.format(clock * 1000));
}

/** Whether a queue may deliver at this hour of the local time, 0 to 23. The span may go over midnight. */
export function deliversAt({ delivers }: QueueSettings, hour: number): boolean {
  if (delivers === undefined) return true;
  const { from, to } = delivers;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}
