import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { ONCE } from "../../items/family.ts";
import { momentItem } from "../../items/item.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import { flatMap } from "../../ring/answer.ts";
import type { Moment, Steps, View } from "../../ring/moment.ts";
import { HOST, placesAt, SOURCE } from "./declare.ts";
import { bytesRead, bytesWritten, disksOf, utilisation } from "./disk-items.ts";
import { DISK, NETWORK } from "./host.ts";
import { iowaitShare, stallShare } from "./host-items.ts";
import { networksOf } from "./network-items.ts";
import { STALLS } from "./stalls.ts";
import { STATES } from "./states.ts";

export const get = momentItem({
  key: "pressure.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything, as JSON",
  doc:
    "Master item of the machine: state, state_text, error, time and age of the sample always; load, iowait, cpu, io, " +
    "memory, disks, interfaces and places only while it is fresh. A value that is not known now is left out.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _, now) =>
    flatMap(moment.view(SOURCE, HOST), (host) =>
      masterJson(host, now, {
        name: "target",
        states: STATES,
        fresh: (view) => figures(view, moment),
      }),
    ),
});

function figures(host: View, moment: Moment): object {
  const windows = standardSteps(host);
  return {
    load: {
      "1m": figure(host.number("load1")),
      "5m": figure(host.number("load5")),
      "15m": figure(host.number("load15")),
    },
    iowait: byWindow(windows, iowaitShare),
    ...Object.fromEntries(STALLS.map(({ resource, kept }) => [resource, stallFigures(windows, resource, kept)])),
    disks: Object.fromEntries(disksOf(host).map((name) => [name, diskFigures(windows, `${DISK}${name}`)])),
    interfaces: Object.fromEntries(
      networksOf(host).map((name) => [name, networkFigures(windows, `${NETWORK}${name}`)]),
    ),
    places: Object.fromEntries(placesAt(moment).map((name) => [name, placeFigures(moment, name)])),
  };
}

function stallFigures(
  windows: readonly Steps[],
  resource: (typeof STALLS)[number]["resource"],
  kept: readonly ("some" | "full")[],
): object {
  return Object.fromEntries(
    kept.map((word) => [word, byWindow(windows, (steps) => stallShare(steps, resource, word))]),
  );
}

function diskFigures(windows: readonly Steps[], part: string): object {
  return {
    util: byWindow(windows, (steps) => utilisation(steps, part)),
    written_rate: byWindow(windows, (steps) => bytesWritten(steps, part)),
    read_rate: byWindow(windows, (steps) => bytesRead(steps, part)),
  };
}

function networkFigures(windows: readonly Steps[], part: string): object {
  return {
    received_rate: byWindow(windows, (steps) => rate(steps, "received", part)),
    sent_rate: byWindow(windows, (steps) => rate(steps, "sent", part)),
  };
}

function placeFigures(moment: Moment, name: string): object | undefined {
  const place = moment.view(SOURCE, name);
  if (place.kind !== "value") return undefined;
  const view = place.value;
  const windows = standardSteps(view);
  return {
    disk: view.text("device") || undefined,
    process: view.text("process") || undefined,
    state: view.attempt?.state,
    written: byWindow(windows, (steps) => increase(steps, "written")),
    written_rate: byWindow(windows, (steps) => rate(steps, "written")),
  };
}
