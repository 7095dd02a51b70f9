import { MASTER_ITEM } from "../../items/family.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { View } from "../../ring/moment.ts";
import { serviceItem } from "./declare.ts";
import { STATES, WANTS } from "./record.ts";
import { flappingIn, startsIn } from "./restarts.ts";
import { secondsSince } from "./service-items.ts";

export const get = serviceItem({
  key: "supervise.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age always; name, supervisor, uptime, downtime, pid, want, " +
    "normally_up, exit, log_state, restarts and flapping only while the newest sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => masterJson(view, now, { name: "service", states: STATES, fresh }),
});

function fresh(view: View) {
  const windows = standardSteps(view);
  return {
    name: view.text("name"),
    supervisor: view.text("supervisor"),
    uptime: figure(secondsSince(view, true)),
    downtime: figure(secondsSince(view, false)),
    pid: figure(view.number("pid")),
    want: WANTS[view.number("want")],
    normally_up: figure(view.number("normally_up")),
    exit: figure(view.number("exit")),
    log_state: figure(view.number("log_state")),
    restarts: byWindow(windows, startsIn),
    flapping: byWindow(windows, flappingIn),
  };
}
