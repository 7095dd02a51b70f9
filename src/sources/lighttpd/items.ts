import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, type Item, type Params, type TargetItem, targetItem } from "../../items/item.ts";
import { window, windowUpTo } from "../../items/params.ts";
import { backEndsDown, busyPercent, level, restartsIn } from "./figures.ts";
import { master } from "./master.ts";
import { STATES } from "./states.ts";

export const SOURCE = "lighttpd";

type Given = "scope" | "source" | "delay" | "freshness" | "type" | "units";

function serverItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "freshness" | "type" | "units">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", type: "unsigned", units: "", ...declared });
}

export const state = serverItem({
  key: "lighttpd.state",
  ...STATE_ITEM,
  doc:
    `What the newest attempt found: ${STATES.listed}. Access denied: the page wants a login or is forbidden; no status: ` +
    "there is no such page, or another.",
});

export const error = serverItem({ key: "lighttpd.error", ...ERROR_ITEM });

export const requestRate = serverItem({
  key: "lighttpd.requests.rate",
  params: { window: window("5m") },
  type: "float",
  units: "rps",
  name: "Requests per second",
  doc: "Requests answered per second of the window, tidemark's own included. None until half of the window is known.",
  standard: eachWindow,
  value: (view, args) => rate(view.steps(args.window), "requests"),
});

const requests = serverItem({
  key: "lighttpd.requests",
  params: { window: window("5m") },
  name: "Requests",
  doc: "Requests answered in the window, tidemark's own included. None until nine tenths of the window are known.",
  standard: eachWindow,
  value: (view, args) => increase(view.steps(args.window), "requests"),
});

export const trafficRate = serverItem({
  key: "lighttpd.traffic.rate",
  params: { window: window("5m") },
  type: "float",
  units: "Bps",
  name: "Bytes sent per second",
  doc: "Bytes sent per second of the window; lighttpd tells whole KiB. None until half of the window is known.",
  standard: eachWindow,
  value: (view, args) => rate(view.steps(args.window), "traffic"),
});

export const busy = serverItem({
  key: "lighttpd.busy",
  params: {},
  name: "Connections in use",
  doc: "Connections in use, tidemark's own included.",
  standard: () => ONCE,
  value: (view) => level(view, "busy"),
});

export const idle = serverItem({
  key: "lighttpd.idle",
  params: {},
  name: "Free connections",
  doc: "Connections that could still be opened: server.max-connections without those in use.",
  standard: () => ONCE,
  value: (view) => level(view, "idle"),
});

export const pused = serverItem({
  key: "lighttpd.pused",
  params: {},
  type: "float",
  units: "%",
  name: "Connections in use, percent",
  doc: "Share of server.max-connections that is in use.",
  standard: () => ONCE,
  value: busyPercent,
});

export const uptime = serverItem({
  key: "lighttpd.uptime",
  params: {},
  units: "uptime",
  name: "Uptime",
  doc: "Seconds since the server started, as it says itself.",
  standard: () => ONCE,
  value: (view) => level(view, "uptime"),
});

export const restarts = serverItem({
  key: "lighttpd.restarts",
  params: { window: windowUpTo("60m") },
  name: "Restarts",
  doc: "Times that the server was seen to have started anew in the window. None until nine tenths of it are known.",
  standard: () => ONCE,
  value: (view, args) => restartsIn(view.steps(args.window)),
});

export const backends = serverItem({
  key: "lighttpd.backends.down",
  params: {},
  name: "Back ends down",
  doc:
    "Back ends of mod_proxy, mod_fastcgi and the like that lighttpd has marked down since the sample before, or does not " +
    "try now, by its error log. lighttpd notices only when it needs one. None without Lighttpd.<name>.ErrorLog.",
  standard: () => ONCE,
  value: backEndsDown,
});

export const get = serverItem({
  key: "lighttpd.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; requests, traffic, busy, idle, pused, " +
    "uptime, restarts and back ends only while the newest sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => master(view, now),
});

const servers = discoveryItem(SOURCE, "INSTANCE", {
  key: "lighttpd.discovery",
  name: "Lighttpd discovery",
  doc: "All configured and found servers; one that is down stays listed.",
});

export const DISCOVERIES: readonly Discovery[] = [
  {
    item: servers,
    macros: [
      { name: "INSTANCE", doc: "Short name of the server; the first parameter of its items." },
      { name: "URL", doc: "Address of its status page." },
      { name: "HOST", doc: "Host of the address." },
      { name: "PORT", doc: "Port of the address." },
    ],
  },
];

/** Every item about lighttpd, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  requestRate,
  requests,
  trafficRate,
  busy,
  idle,
  pused,
  uptime,
  restarts,
  backends,
  get,
  servers,
];
