import { increase } from "../../derive/increase.ts";
import { ONCE } from "../../items/family.ts";
import { type Discovery, type MomentItem, momentItem } from "../../items/item.ts";
import { text, window } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Moment, View, Window } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import { namesIn, namesOfParts, OUTBOX, self } from "./self.ts";

const destination = text("short name of a destination: an entry of ServerActive, or a push");

interface Declared {
  readonly key: string;
  readonly name: string;
  readonly doc: string;
  readonly units: string;
}

/** A level of one destination's queue. */
function level(field: string, declared: Declared): MomentItem {
  return momentItem({
    ...declared,
    params: { destination },
    type: "unsigned",
    delay: "1m",
    standard: (moment) => namesOfParts(moment, OUTBOX).map((name) => [name]),
    value: (moment, args) => ofDestination(moment, args.destination, (view, part) => figure(view.number(field, part))),
  });
}

/** What waits is read when tidemark starts, and that takes its time. */
function figure(number: number): Answer<number> {
  return Number.isNaN(number) ? none("what waits there is still being read") : value(number);
}

/** How many values in a window; none until nine tenths of it are known. */
function count(field: string, declared: Declared): MomentItem {
  return momentItem({
    ...declared,
    params: { destination, window: window("5m") },
    type: "unsigned",
    delay: "1m",
    standard: (moment) => namesOfParts(moment, OUTBOX).map((name) => [name, "5m"]),
    value: (moment, args: { readonly destination: string; readonly window: Window }) =>
      ofDestination(moment, args.destination, (view, part) => increase(view.steps(args.window), field, part)),
  });
}

function ofDestination(
  moment: Moment,
  name: string,
  read: (view: View, part: string) => Answer<number>,
): Answer<number> {
  return flatMap(self(moment), (view) => {
    const names = namesIn(view, OUTBOX);
    if (names.includes(name)) return read(view, `${OUTBOX}${name}`);
    return unknown(
      names.length === 0 ? "values are sent nowhere" : `no destination "${name}"; there are ${listed(names)}`,
    );
  });
}

export const size = level("outbox_rows", {
  key: "tidemark.outbox.size",
  name: "Values that wait",
  doc: "Values that wait until a destination has them.",
  units: "",
});

export const oldest = level("outbox_oldest", {
  key: "tidemark.outbox.oldest",
  name: "Age of the oldest waiting value",
  doc: "Seconds since the oldest waiting value was sampled; 0 when none waits.",
  units: "s",
});

export const dropped = count("outbox_dropped", {
  key: "tidemark.outbox.dropped",
  name: "Dropped values",
  doc: "Values that were never delivered in the window: too old, too many, or lost with a damaged journal.",
  units: "",
});

export const failed = count("outbox_failed", {
  key: "tidemark.outbox.failed",
  name: "Refused values",
  doc: "Values that a destination took and did not want in the window: unknown or disabled items, or a repetition.",
  units: "",
});

const discovery = momentItem({
  key: "tidemark.outbox.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Destination discovery",
  doc: "Where values are sent to: the entries of ServerActive and the pushes.",
  delay: "10m",
  standard: () => ONCE,
  value: (moment) =>
    flatMap(self(moment), (view) => value(rowsText(namesIn(view, OUTBOX).map((name) => ({ DESTINATION: name }))))),
});

/** Discovery of destinations. */
export const OUTBOX_DISCOVERY: Discovery = {
  item: discovery,
  macros: [{ name: "DESTINATION", doc: "Short name of the destination; the first parameter of its items." }],
};

/** Items about what waits to be sent. */
export const OUTBOX_ITEMS: readonly MomentItem[] = [
  size,
  level("outbox_bytes", {
    key: "tidemark.outbox.bytes",
    name: "Size of what waits",
    doc: "About what the waiting values of a destination take on disk.",
    units: "B",
  }),
  oldest,
  dropped,
  failed,
  discovery,
];
