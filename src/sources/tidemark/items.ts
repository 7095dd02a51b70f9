import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { eachWindow, ONCE } from "../../items/family.ts";
import { type MomentItem, momentItem } from "../../items/item.ts";
import { text, window } from "../../items/params.ts";
import { flatMap, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import { get, refusedIn } from "./get.ts";
import { OUTBOX_ITEMS } from "./outbox-items.ts";
import { known, namesIn, namesOfParts, REFUSED, RUN, self } from "./self.ts";
import { wrong } from "./wrong.ts";

/** The value of a text field, as it was at the newest tick. */
function textItem(key: string, fieldName: string, name: string, doc: string): MomentItem {
  return momentItem({
    key,
    params: {},
    type: "char",
    units: "",
    name,
    doc,
    delay: "1h",
    standard: () => ONCE,
    value: (moment) =>
      flatMap(self(moment), (view) => {
        const found = view.text(fieldName);
        return found === undefined ? unknown("no tick has finished yet") : value(found);
      }),
  });
}

interface Figure {
  readonly key: string;
  readonly type: "unsigned" | "float";
  readonly name: string;
  readonly doc: string;
  readonly units: string;
  readonly read: (view: View) => number;
}

function numberItem({ read, ...declared }: Figure): MomentItem {
  return momentItem({
    ...declared,
    params: {},
    delay: "1m",
    standard: () => ONCE,
    value: (moment) => flatMap(self(moment), (view) => known(read(view), "tick has finished")),
  });
}

/** How a source's newest tick went; the parameter names the source. */
function runItem(fieldName: string, declared: Omit<Figure, "read">): MomentItem {
  return momentItem({
    ...declared,
    params: { source: text("name of a source, such as memcached") },
    delay: "1m",
    standard: (moment) => namesOfParts(moment, RUN).map((source) => [source]),
    value: (moment, { source }) =>
      flatMap(self(moment), (view) => {
        const found = view.number(fieldName, `${RUN}${source}`);
        return Number.isNaN(found)
          ? unknown(`no source "${source}"; there are ${listed(namesIn(view, RUN))}`)
          : value(found);
      }),
  });
}

export const version = textItem("tidemark.version", "version", "Version", "Version of tidemark.");

export const uptime = momentItem({
  key: "tidemark.uptime",
  params: {},
  type: "unsigned",
  units: "uptime",
  name: "Uptime",
  doc: "Seconds since tidemark was started.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _args, now) =>
    flatMap(self(moment), ({ newest }) => {
      const started = newest?.numbers.get("started");
      return started === undefined
        ? unknown("no tick has finished yet")
        : value(Math.floor(now.mono - Number(started)));
    }),
});

export const rss = numberItem({
  key: "tidemark.rss",
  type: "unsigned",
  name: "Resident memory",
  doc: "Resident memory of the daemon.",
  units: "B",
  read: (view) => view.number("rss"),
});

export const tickDuration = numberItem({
  key: "tidemark.tick.duration",
  type: "float",
  name: "Tick duration",
  doc: "Seconds from the firing of the tick before the newest to the close of its slot.",
  units: "s",
  read: (view) => view.number("tick_seconds"),
});

export const missed = numberItem({
  key: "tidemark.tick.missed",
  type: "unsigned",
  name: "Missed ticks",
  doc: "Ticks since the start of tidemark that did not fire, because the machine slept or was too busy.",
  units: "",
  read: ({ newest }) => Number(newest?.numbers.get("tick_missed") ?? Number.NaN),
});

export const requests = momentItem({
  key: "tidemark.requests",
  params: { window: window("5m") },
  type: "float",
  units: "rps",
  name: "Passive checks per second",
  doc: "Passive checks that were answered, per second of the window.",
  delay: "1m",
  standard: eachWindow,
  value: (moment, args) => flatMap(self(moment), (view) => rate(view.steps(args.window), "requests")),
});

export const refused = momentItem({
  key: "tidemark.refused",
  params: { reason: text("why connections were refused; empty: for any reason", ""), window: window("5m") },
  type: "unsigned",
  units: "",
  name: "Refused connections",
  doc: "Connections that were refused in the window for this reason. None until nine tenths of it are known.",
  delay: "1m",
  standard: (moment) => namesOfParts(moment, REFUSED).map((reason) => [reason, "5m"]),
  value: (moment, args) =>
    flatMap(self(moment), (view) => {
      if (args.reason === "") return refusedIn(view, view.steps(args.window));
      const reasons = namesIn(view, REFUSED);
      if (!reasons.includes(args.reason)) return unknown(`no reason "${args.reason}"; there are ${listed(reasons)}`);
      return increase(view.steps(args.window), "refused", `${REFUSED}${args.reason}`);
    }),
});

export const late = numberItem({
  key: "tidemark.sources.late",
  type: "unsigned",
  name: "Sources that are late",
  doc: "Sources whose newest tick did not finish in time.",
  units: "",
  read: (view) => namesIn(view, RUN).filter((name) => view.number("settled", `${RUN}${name}`) === 0).length,
});

/** Every item about tidemark itself. */
export const ITEMS = [
  ...[
    momentItem({
      key: "agent.ping",
      params: {},
      type: "unsigned",
      units: "",
      name: "Ping",
      doc: "Always 1: whoever reads it has reached tidemark.",
      delay: "1m",
      standard: () => ONCE,
      value: () => value(1),
    }),
    textItem(
      "agent.version",
      "agent_version",
      "Protocol version",
      "Version of the agent protocol that tidemark speaks.",
    ),
    textItem(
      "agent.variant",
      "agent_variant",
      "Protocol variant",
      "Variant of the agent protocol that tidemark speaks: 2, as agent 2.",
    ),
    textItem(
      "agent.hostname",
      "hostname",
      "Host name",
      "Name of the Zabbix host that tidemark stands for: Hostname, else the machine's name.",
    ),
    textItem(
      "agent.hostmetadata",
      "host_metadata",
      "Host metadata",
      "What autoregistration is told of this host: HostMetadata; empty when there is none.",
    ),
  ].map((item): MomentItem => ({ ...item, family: "native" })),
  version,
  momentItem({
    key: "tidemark.mode",
    params: {},
    type: "char",
    units: "",
    name: "Mode",
    doc: "Who answers: daemon, or as a plugin of agent 2 the plugin with the words daemon or child for where its values come from.",
    delay: "1h",
    standard: () => ONCE,
    value: () => value("daemon"),
  }),
  uptime,
  rss,
  tickDuration,
  missed,
  runItem("settled", {
    key: "tidemark.source.ok",
    type: "unsigned",
    name: "Source finished in time",
    doc: "1 when the source finished its newest tick in time, 0 when it did not.",
    units: "",
  }),
  runItem("seconds", {
    key: "tidemark.source.duration",
    type: "float",
    name: "Source duration",
    doc: "Seconds that the source took for its newest tick.",
    units: "s",
  }),
  requests,
  refused,
  late,
  wrong,
  get,
  ...OUTBOX_ITEMS,
];
