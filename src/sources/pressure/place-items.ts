import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { eachWindow, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, momentItem } from "../../items/item.ts";
import { window, windowUpTo } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { HOST, placeItem, SOURCE } from "./declare.ts";
import { STATES } from "./states.ts";

export const processState = placeItem({
  key: "pressure.process.state",
  ...STATE_ITEM,
  name: "State of the process",
  doc: `Whether the program that writes to the place runs: ${STATES.listed}.`,
});

export const written = placeItem({
  key: "pressure.process.written",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "B",
  name: "Bytes written by the process",
  doc:
    "Bytes that the program writing to the place caused to be written to disks in the window, as /proc counts them: whole " +
    "pages. None until nine tenths of the window are known; not supported where tidemark may not see it, or nothing runs.",
  standard: () => ONCE,
  value: (view, args) => flatMap(seen(view), () => increase(view.steps(args.window), "written")),
});

export const writtenPerSecond = placeItem({
  key: "pressure.process.written.rate",
  params: { window: window("5m") },
  type: "float",
  units: "Bps",
  name: "Bytes written by the process per second",
  doc: "The same per second of the window. None until half of the window is known.",
  standard: eachWindow,
  value: (view, args) => flatMap(seen(view), () => rate(view.steps(args.window), "written")),
});

/** Unknown with the reason when the newest sample says nothing about bytes. */
function seen(view: View): Answer<true> {
  const why = view.text("written_unknown");
  return why ? unknown(why) : value(true);
}

const places = momentItem({
  key: "pressure.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Place discovery",
  doc: "The places where logs are written: the configured ones, else /var/log.",
  delay: "10m",
  standard: () => ONCE,
  value: (moment) =>
    flatMap(moment.targets(SOURCE), (targets) => {
      const rows = [...targets].filter(([name]) => name !== HOST);
      return value(rowsText(rows.map(([name, labels]) => ({ PLACE: name, ...labels }))));
    }),
});

export const placeDiscovery: Discovery = {
  item: places,
  macros: [
    { name: "PLACE", doc: "Name of the place; the first parameter of the items about disks and processes." },
    { name: "PATH", doc: "Its directory; empty when none is configured." },
    { name: "PROCESS", doc: "Its program as configured; empty: the logger that has a file there open." },
    { name: "DISK", doc: "Disk that the directory lies on; empty when it is on none." },
  ],
};
