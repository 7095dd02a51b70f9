import { figureOf, type Graph, type Group, type Macro, phrase, triggerOf } from "../../../items/template.ts";
import { get } from "../get.ts";
import { DISCOVERY, disallowed, ratelimited, state, submitted } from "./items.ts";
import { INPUT_STATES } from "./states.ts";

const droppedLimit: Macro = {
  macro: "RSYSLOG.RATELIMITED.MAX",
  value: "100",
  doc: "Messages that an input may drop in 15 minutes because they come too fast.",
};
const refusedLimit: Macro = {
  macro: "RSYSLOG.DISALLOWED.MAX",
  value: "10",
  doc: "Messages that an input may refuse in 15 minutes because of their sender; imudp counts one for many of one sender.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Input state", states: INPUT_STATES });
const came = figureOf({ item: submitted, params: ["5m"], path: ".submitted['5m']", known: "sometimes" });
const dropped = figureOf({
  item: ratelimited,
  params: ["15m"],
  path: ".ratelimited['15m']",
  name: "Messages rate-limited in 15m",
  known: "sometimes",
});
const refused = figureOf({
  item: disallowed,
  params: ["15m"],
  path: ".disallowed['15m']",
  name: "Messages disallowed in 15m",
  known: "sometimes",
});

const UNKNOWN = String(INPUT_STATES.number("stale"));

const rateLimited = triggerOf({
  name: "Input drops messages that come too fast",
  event: phrase`${dropped} messages were dropped in 15 minutes because they came too fast`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`last(${dropped})>${droppedLimit} and last(${stateNow})<${UNKNOWN}`,
  recovery: phrase`last(${dropped})<=${droppedLimit}/2 or last(${stateNow})>=${UNKNOWN}`,
  doc: "They are lost. Find the program that writes so much, or raise the input's RateLimit.Burst and RateLimit.Interval.",
});

const disallowedSenders = triggerOf({
  name: "Input refuses senders",
  event: phrase`${refused} messages were refused in 15 minutes because of their sender`,
  priority: "WARNING",
  scope: "security",
  expression: phrase`last(${refused})>${refusedLimit} and last(${stateNow})<${UNKNOWN}`,
  recovery: phrase`last(${refused})<=${refusedLimit}/2 or last(${stateNow})>=${UNKNOWN}`,
  doc: "Somebody sends who is not in $AllowedSender. rsyslogd's own messages name the address.",
});

export const submittedNow = came;
export const submissions: Graph = {
  name: "Messages of the input",
  lines: [came, dropped, refused],
  right: [dropped, refused],
};

/** Inputs of rsyslogd. */
export const INPUT_GROUP: Group = {
  discovery: DISCOVERY,
  target: ["INPUT"],
  filters: { INPUT: "RSYSLOG.INPUT" },
  master: { item: get, once: true, at: ".inputs" },
  component: "input",
  figures: [stateNow, came, dropped, refused],
  triggers: [rateLimited, disallowedSenders],
  graphs: [submissions],
};

export const INPUT_LIMITS: readonly Macro[] = [droppedLimit, refusedLimit];
