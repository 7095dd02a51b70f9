import type { Clock, Stamp } from "../ring/sample.ts";
import type { Destination } from "../transports/destination.ts";
import { durationText } from "../words/duration.ts";
import type { StatusTable } from "./table.ts";

const NOTHING = "-";

interface DestinationColumn {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (destination: Destination, now: Clock) => string;
}

const COLUMNS: readonly DestinationColumn[] = [
  { title: "Destination", align: "left", cell: ({ name }) => name },
  { title: "Last success", align: "right", cell: ({ succeeded }, now) => agoText(succeeded, now) },
  { title: "Items", align: "right", cell: ({ items }) => String(items ?? NOTHING) },
  { title: "Queued", align: "right", cell: ({ stats }) => (Number.isNaN(stats.rows) ? NOTHING : String(stats.rows)) },
  { title: "Oldest queued", align: "right", cell: ({ stats }, now) => agoText(stats.oldest, now) },
  { title: "Dropped", align: "right", cell: ({ stats }) => String(stats.dropped) },
  { title: "State", align: "left", cell: ({ state }) => state },
];

/** Where values are sent to, for `status`. */
export function destinationTable(destinations: readonly Destination[], { clock }: Stamp): StatusTable {
  return {
    source: "destinations",
    columns: COLUMNS.map(({ title, align }) => ({ title, align })),
    rows: destinations.map((destination) => COLUMNS.map(({ cell }) => cell(destination, clock))),
  };
}

function agoText(then: Clock | undefined, now: Clock): string {
  return then === undefined || Number.isNaN(then) ? NOTHING : durationText(Math.max(0, now - then));
}
