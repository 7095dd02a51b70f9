import { ageColumn, type Column, stateColumn, troubleColumn } from "../../../items/column.ts";
import type { Source } from "../../source.ts";
import { currentColumn, overFiveMinutes, told } from "../figures-text.ts";
import { ACTIONS, fedSource } from "../sources.ts";
import { sweepRate } from "../windows.ts";
import { FIELDS } from "./fields.ts";
import { DISCOVERY, ITEMS } from "./items.ts";
import { ACTION_STATES } from "./states.ts";

function rateColumn(title: string, field: string): Column {
  return currentColumn(title, (view) =>
    told(
      overFiveMinutes(view, (window) => sweepRate(view, window, [field])),
      1,
      "/s",
    ),
  );
}

/** Actions of rsyslogd: where messages go. */
export const actions: Source = fedSource({
  name: ACTIONS,
  fields: FIELDS,
  items: ITEMS,
  discoveries: [DISCOVERY],
  table: [
    { title: "rsyslog action", align: "left", cell: (view) => view.target },
    stateColumn(ACTION_STATES),
    rateColumn("Processed 5m", "processed"),
    rateColumn("Failed 5m", "failed"),
    ageColumn,
    troubleColumn,
  ],
  defaultTarget: () => undefined, // no action stands for all
});
