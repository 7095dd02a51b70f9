import { ageColumn, stateColumn, troubleColumn } from "../../../items/column.ts";
import type { Field } from "../../../ring/sample.ts";
import type { Source } from "../../source.ts";
import { currentColumn, overFiveMinutes, told } from "../figures-text.ts";
import { fedSource, INPUTS } from "../sources.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";
import { sweepRate } from "../windows.ts";
import { DISCOVERY, ITEMS } from "./items.ts";
import { INPUT_STATES } from "./states.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string): Field {
  return { name, kind, unit, doc, part: false, ringed: kind !== "text" };
}

/** Inputs of rsyslogd: where messages come from. */
export const inputs: Source = fedSource({
  name: INPUTS,
  fields: [
    field("submitted", "counter", "", "Messages that came in and were passed on."),
    field("ratelimited", "counter", "", "Messages dropped because they came too fast."),
    field("disallowed", "counter", "", "Messages refused because of their sender."),
    field(SWEEP, "gauge", "s", "When rsyslogd reported, unix time."),
    field(INTERVAL, "gauge", "s", "Seconds between reports."),
    field("module", "text", "", "rsyslogd's module: imuxsock, imudp, imtcp and the like."),
  ],
  items: ITEMS,
  discoveries: [DISCOVERY],
  table: [
    { title: "rsyslog input", align: "left", cell: (view) => view.target },
    stateColumn(INPUT_STATES),
    currentColumn("Submitted 5m", (view) =>
      told(
        overFiveMinutes(view, (window) => sweepRate(view, window, ["submitted"])),
        1,
        "/s",
      ),
    ),
    ageColumn,
    troubleColumn,
  ],
  defaultTarget: () => undefined, // no input stands for all
});
