import type { Field } from "../../ring/sample.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, ringed = true): Field {
  return { name, kind, unit, doc, part: false, ringed };
}

/** What a sample of a log directory holds. Counters begin with the second look at a directory. */
export const FIELDS: readonly Field[] = [
  field("written", "counter", "B", "Bytes written to the log, those in files that were deleted since included."),
  field("rotations", "counter", "", "Files that the logger closed."),
  field(
    "estimated",
    "counter",
    "B",
    "The part of written that was extrapolated, since its files came and went unseen.",
  ),
  field("age", "gauge", "s", "Seconds since the newest line."),
  field("bytes", "gauge", "B", "Bytes of all log files."),
  field("free", "gauge", "B", "Bytes that an ordinary user can still write on the file system."),
  field("unclean", "gauge", "", "Files that a logger left behind when it died, or that wait for svlogd's processor."),
  field("blocked", "gauge", "", "1 while the writer waits for its logger to read from a full pipe, else 0."),
  field("current", "gauge", "B", "Bytes of the file that is being written.", false),
  field("files", "gauge", "", "Log files.", false),
  field("pid", "gauge", "", "Process id of the logger.", false),
  field("path", "text", "", "The directory.", false),
  field("logger", "text", "", "multilog, svlogd or s6-log; empty when it is not known.", false),
  field("blocked_unknown", "text", "", "Why it cannot be seen whether the writer is blocked; else empty.", false),
];
