/*
 * A queue with `queue.filename="fwdq"` keeps in its directory
 *   fwdq.00000001, fwdq.00000002, ...   segments, numbers rising; fwdq.qi   its state, stale while rsyslogd runs
 * and since 2026, where it is disk-assisted,
 *   fwdq.segq/segment-<20 digits>.seg (closed) or .open (being written), fwdq.segq/state, fwdq.da-engine
 * A segment goes once it is read completely.
 */

/** What a file of a spool directory is to its queue. */
export interface SpoolName {
  /** `queue.filename` of the queue. */
  readonly prefix: string;
  readonly kind: "segment" | "state";
}

const SEGMENT = /^(.+)\.(\d{8,20})$/;
const STATE = /^(.+)\.(?:qi|da-engine)$/;
const SEGMENT_DIRECTORY = /^(.+)\.segq$/;
const SEGMENT_OF_DIRECTORY = /^segment-\d{20}\.(?:seg|open)$/;

/** A file that lies in the spool directory itself; undefined: it belongs to no queue. */
export function spoolName(name: string): SpoolName | undefined {
  const segment = SEGMENT.exec(name)?.[1];
  if (segment !== undefined) return { prefix: segment, kind: "segment" };
  const state = STATE.exec(name)?.[1];
  return state === undefined ? undefined : { prefix: state, kind: "state" };
}

/** Prefix of the queue whose segments lie in a directory of this name; undefined: it is none. */
export function segmentDirectory(name: string): string | undefined {
  return SEGMENT_DIRECTORY.exec(name)?.[1];
}

/** A file in such a directory. */
export function nameInDirectory(name: string, prefix: string): SpoolName {
  return { prefix, kind: SEGMENT_OF_DIRECTORY.test(name) ? "segment" : "state" };
}
