import { type LineStamp, parseStamp } from "../../io/log-stamp.ts";

// status := [stamp " "] "status: local " used "/" max " remote " used "/" max [" exitasap"] "\n"      qmail-log(5)
//         | [stamp " "] "status: exiting\n"

/** Deliveries that go on, and how many there may be at once. */
export interface Slots {
  readonly used: number;
  readonly max: number;
}

/** What qmail-send says of itself whenever a delivery begins or ends. "exiting": it has ended by itself. */
export type Status =
  | { readonly kind: "slots"; readonly local: Slots; readonly remote: Slots; readonly stamp: LineStamp | undefined }
  | { readonly kind: "exiting"; readonly stamp: LineStamp | undefined };

/** Only what begins a line counts: later in a line there may be what strangers wrote. */
const STATUS =
  /(?:^|\n)((?:@[0-9a-f]{24}|\d{4}-\d\d-\d\d[_T]\S{8,20}) )?status: (?:local (\d{1,6})\/(\d{1,6}) remote (\d{1,6})\/(\d{1,6})(?: [^\n]*)?|exiting)(?=\n)/g;

/**
 * The newest status among the whole lines of a file's end; undefined when there is none.
 * @param whole whether these bytes are the whole file: else the first line may lack its beginning
 */
export function newestStatus(bytes: Buffer, whole: boolean): Status | undefined {
  const text = bytes.toString("latin1");
  const begin = whole ? 0 : text.indexOf("\n");
  const found = begin < 0 ? undefined : [...text.slice(begin).matchAll(STATUS)].at(-1);
  if (found === undefined) return undefined;
  const [, stampText, localUsed, localMax, remoteUsed, remoteMax] = found;
  const stamp = stampText === undefined ? undefined : parseStamp(stampText);
  if (localUsed === undefined) return { kind: "exiting", stamp };
  const local = { used: Number(localUsed), max: Number(localMax) };
  return { kind: "slots", local, remote: { used: Number(remoteUsed), max: Number(remoteMax) }, stamp };
}
