import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE } from "../../../items/family.ts";
import type { Discovery, Item, Params } from "../../../items/item.ts";
import { byWindow, figure } from "../../../items/master.ts";
import { window } from "../../../items/params.ts";
import { type Answer, none, unknown, value } from "../../../ring/answer.ts";
import type { Steps, View, Window } from "../../../ring/moment.ts";
import { type DeclaredItem, level, reportedItem, stateItem } from "../declare.ts";
import { type KindMaster, objectJson } from "../master.ts";
import { SPOOLS } from "../sources.ts";
import { SPOOL_STATES } from "./states.ts";

function spoolItem<P extends Params>(declared: Omit<DeclaredItem<P>, "source">) {
  return reportedItem<P>({ source: SPOOLS, ...declared });
}

export const state = stateItem(SPOOL_STATES, {
  key: "rsyslog.spool.state",
  source: SPOOLS,
  name: "State",
  doc: "State of the spool directory; leftovers: files of queues in which no message waits",
});

export const error = spoolItem({ key: "rsyslog.spool.error", ...ERROR_ITEM });

export const bytes = spoolItem({
  key: "rsyslog.spool.bytes",
  params: {},
  type: "unsigned",
  units: "B",
  name: "Size",
  doc: "Bytes of all files that queues have in the directory.",
  standard: () => ONCE,
  value: (view) => level(view, "bytes", noSample),
});

export const files = spoolItem({
  key: "rsyslog.spool.files",
  params: {},
  type: "unsigned",
  name: "Files",
  doc: "Files that queues have in the directory: segments with messages, and what describes them.",
  standard: () => ONCE,
  value: (view) => level(view, "files", noSample),
});

export const oldest = spoolItem({
  key: "rsyslog.spool.oldest",
  params: {},
  type: "unsigned",
  units: "s",
  name: "Age of the oldest file",
  doc: "Seconds since the oldest segment with messages was written last. None where there is no segment.",
  standard: () => ONCE,
  value: (view) => level(view, "oldest", () => none("no queue has messages in files"), Math.floor),
});

export const growth = spoolItem({
  key: "rsyslog.spool.growth",
  params: { window: window("5m") },
  type: "float",
  units: "Bps",
  name: "Growth",
  doc: "Bytes by which the directory grew, per second of the window; negative when it shrank. None before the second sample.",
  standard: eachWindow,
  value: (view, args) => growthIn(view, args.window),
});

export const leftovers = spoolItem({
  key: "rsyslog.spool.leftovers",
  params: {},
  type: "unsigned",
  name: "Leftover files",
  doc:
    "Segments of queues in which no message waits, or that no queue has any more. rsyslogd keeps the last one of a drained " +
    "queue until it is used again or stopped; more hold messages that nobody will deliver. None where it is not known " +
    "which queue has which files.",
  standard: () => ONCE,
  value: (view) => level(view, "leftovers", () => none("which queue has which files is not known")),
});

const get = spoolItem({
  key: "rsyslog.spool.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; all figures only while the newest sample " +
    "is fresh. A value that is not known now is left out.",
  value: (view, _, now) => objectJson(SPOOL_MASTER, view, now),
});

export const SPOOL_MASTER: KindMaster = { source: SPOOLS, name: "spool", states: SPOOL_STATES, figures };

function figures(view: View, windows: readonly Steps[]): object {
  const known = (field: string) => figure(view.number(field));
  return {
    bytes: known("bytes"),
    files: known("files"),
    oldest: figure(Math.floor(view.number("oldest"))),
    leftovers: known("leftovers"),
    free: known("free"),
    growth: byWindow(windows, ({ window }) => growthIn(view, window)),
  };
}

function noSample(): Answer<never> {
  return unknown("no sample at this time");
}

function growthIn(view: View, { slots, text }: Window): Answer<number> {
  for (let slot = view.slot - slots; slot < view.slot; slot++) {
    const past = view.at(slot);
    const seconds = (view.good?.clock ?? Number.NaN) - (past.good?.clock ?? Number.NaN);
    if (seconds > 0) return value((view.number("bytes") - past.number("bytes")) / seconds);
  }
  return none(`no two samples in the last ${text}`);
}

const spools = discoveryItem(SPOOLS, "SPOOL", {
  key: "rsyslog.spool.discovery",
  name: "Spool directory discovery",
  doc: "All directories in which queues keep files.",
});

export const DISCOVERY: Discovery = {
  item: spools,
  macros: [
    { name: "SPOOL", doc: "Short name of the directory; the first parameter of its items." },
    { name: "PATH", doc: "The directory." },
    { name: "STATE", doc: "State at the newest sample, in words." },
  ],
};

/** Every item about spool directories, in the order in which people read them. */
export const ITEMS: readonly Item[] = [state, error, bytes, files, oldest, growth, leftovers, get, spools];
