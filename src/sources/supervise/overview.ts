import { discoveryItem } from "../../items/family.ts";
import { silentReason } from "../../items/freshness.ts";
import type { Discovery, Param } from "../../items/item.ts";
import { flatMap, malformed, ok, value } from "../../ring/answer.ts";
import { listed } from "../../words/sentence.ts";
import { allItem, SOURCE } from "./declare.ts";
import { STATES } from "./record.ts";

const services = discoveryItem(SOURCE, "SERVICE", {
  key: "supervise.discovery",
  name: "Service discovery",
  doc:
    "All services of daemontools, runit, s6 and systemd, log services among them. One that cannot be read stays " +
    "listed; one that was removed leaves after three complete looks.",
});

/** A scan directory that cannot be listed is an error, never a shorter list. */
export const discovery: Discovery = {
  item: services,
  macros: [
    { name: "SERVICE", doc: "Short name of the service; the first parameter of its items." },
    { name: "NAME", doc: "Name as the supervisor knows it: web, web:log for its log service, nginx.service." },
    { name: "SUPERVISOR", doc: "daemontools, runit, s6 or systemd; empty while that cannot be read." },
    { name: "PATH", doc: "Path of the service directory or of the unit file." },
    { name: "STATE", doc: "Number of its present state, as in supervise.state." },
    { name: "NORMALLY", doc: "up when it is started at boot, down when not; empty while that cannot be read." },
    { name: "LOG_OF", doc: "Of a log service: name of the service that it belongs to; else empty." },
  ],
};

const stateParam: Param<number> = {
  doc: "number or word of a state",
  fallback: undefined,
  parse: (text) => {
    const place = STATES.words.findIndex((word, number) => text === word || text === String(number));
    return place >= 0
      ? ok(place)
      : malformed(`expected 0 to 10 or one of ${listed(STATES.words, 20)}, found "${text}"`);
  },
};

export const count = allItem({
  key: "supervise.count",
  params: { state: stateParam },
  type: "unsigned",
  units: "",
  name: "Services in a state",
  doc: "How many services, log services among them, are in this state; numbers and words as in supervise.state.",
  standard: () => STATES.words.map((_, number) => [String(number)]),
  value: (moment, args, now) =>
    flatMap(moment.targets(SOURCE), (targets) => {
      const counted = [...targets.keys()].filter((target) => {
        const view = moment.view(SOURCE, target);
        return (
          view.kind === "value" &&
          view.value.attempt?.state === args.state &&
          silentReason(view.value, now) === undefined
        );
      });
      return value(counted.length);
    }),
});
