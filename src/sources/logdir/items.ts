import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, type Item, type Params, type TargetItem, targetItem } from "../../items/item.ts";
import { window, windowUpTo } from "../../items/params.ts";
import { type Answer, none, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { fillSeconds } from "./fill-time.ts";
import { master } from "./master.ts";
import { STATES } from "./states.ts";

export const SOURCE = "logdir";

type Given = "scope" | "source" | "delay" | "freshness";

function directoryItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

/** A level of the sample; `missing` says why there may be none. */
function level(field: string, missing: (view: View) => Answer<number>): (view: View) => Answer<number> {
  return (view) => {
    const found = view.number(field);
    return Number.isNaN(found) ? missing(view) : value(found);
  };
}

export const state = directoryItem({
  key: "logdir.state",
  ...STATE_ITEM,
  doc: `State of the directory and its logger: ${STATES.listed}.`,
});

export const error = directoryItem({ key: "logdir.error", ...ERROR_ITEM });

export const age = directoryItem({
  key: "logdir.age",
  params: {},
  type: "float",
  units: "s",
  name: "Age of the newest line",
  doc:
    "Seconds from the newest whole line to the sample: by the line's stamp, else by the time at which the file was " +
    "written. None before the first line.",
  standard: () => ONCE,
  value: level("age", () => none("no line was written yet")),
});

export const bytes = directoryItem({
  key: "logdir.bytes",
  params: {},
  type: "unsigned",
  units: "B",
  name: "Size",
  doc: "Bytes of all log files in the directory.",
  standard: () => ONCE,
  value: level("bytes", () => unknown("no sample at this time")),
});

const written = directoryItem({
  key: "logdir.written",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "B",
  name: "Bytes written",
  doc:
    "Bytes written in the window across rotations, exactly, unless the logger deleted files between two samples: what " +
    "they held is extrapolated then. None until nine tenths of the window are known.",
  standard: () => ONCE,
  value: (view, args) => increase(view.steps(args.window), "written"),
});

export const perSecond = directoryItem({
  key: "logdir.rate",
  params: { window: window("5m") },
  type: "float",
  units: "Bps",
  name: "Bytes written per second",
  doc: "Bytes written per second of the window, across rotations. None until half of the window is known.",
  standard: eachWindow,
  value: (view, args) => rate(view.steps(args.window), "written"),
});

export const rotations = directoryItem({
  key: "logdir.rotations",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "",
  name: "Rotations",
  doc: "Files that the logger closed in the window. None until nine tenths of the window are known.",
  standard: () => ONCE,
  value: (view, args) => increase(view.steps(args.window), "rotations"),
});

export const unclean = directoryItem({
  key: "logdir.unclean",
  params: {},
  type: "unsigned",
  units: "",
  name: "Unclean files",
  doc: "Files with the suffix .u: the logger died while it wrote them, or svlogd's processor has not had them yet.",
  standard: () => ONCE,
  value: level("unclean", () => unknown("no sample at this time")),
});

export const blocked = directoryItem({
  key: "logdir.blocked",
  params: {},
  type: "unsigned",
  units: "",
  name: "Writer blocked",
  doc:
    "1 while the writer waits because its pipe to the logger is full and the logger does not read, else 0. Not supported " +
    "where tidemark may not see the open files of both in /proc.",
  standard: () => ONCE,
  value: level("blocked", ({ newest }) =>
    unknown(newest?.texts.get("blocked_unknown") || "it could not be seen whether the writer is blocked"),
  ),
});

export const fillTime = directoryItem({
  key: "logdir.fill_time",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "s",
  name: "Time until the disk is full",
  doc:
    "Seconds until the file system has no room left at the rate at which the directory grew in the window; what " +
    "rotations deleted counts against it. 31536000 when that is a year or more. None before the second sample.",
  standard: () => ONCE,
  value: (view, args) => fillSeconds(view, args.window),
});

export const get = directoryItem({
  key: "logdir.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; line_age, bytes, rate, rotations and the " +
    "other figures only while the newest sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => master(view, now),
});

const directories = discoveryItem(SOURCE, "LOGDIR", {
  key: "logdir.discovery",
  name: "Log directory discovery",
  doc: "All configured and found log directories; one whose logger died stays listed while it is there.",
});

export const DISCOVERIES: readonly Discovery[] = [
  {
    item: directories,
    macros: [
      { name: "LOGDIR", doc: "Short name of the directory; the first parameter of its items." },
      { name: "PATH", doc: "The directory without symbolic links; bytes that are no text as \\xNN." },
      { name: "LOGGER", doc: "multilog, svlogd or s6-log; empty when it is not known." },
      { name: "SUPERVISOR", doc: "What the logger comes with: daemontools, runit or s6." },
      { name: "SERVICE", doc: "Service whose run script names the directory; empty when none does." },
      { name: "HOME", doc: "Where the logger is started; empty when it is not known." },
      { name: "NORMALLY_DOWN", doc: "1 when a down file keeps the logger from being started, else 0." },
      { name: "STATE", doc: "State at the newest sample, in words." },
    ],
  },
];

/** Every item about log directories, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  age,
  perSecond,
  written,
  rotations,
  bytes,
  unclean,
  blocked,
  fillTime,
  get,
  directories,
];
