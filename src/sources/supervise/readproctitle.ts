import type { Io } from "../../io/io.ts";
import { value } from "../../ring/answer.ts";
import type { Sample, Stamp } from "../../ring/sample.ts";
import type { Collector, Finding, Source } from "../source.ts";
import { type Complaints, Titles } from "./complaints.ts";
import { ERRORS_SOURCE, ERRORS_TARGET, errors, newErrors } from "./errors.ts";
import { Supervisors } from "./supervisors.ts";

/** What readproctitle and runsvdir show of the complaints of supervisors and of services without a log. */
export const readproctitle: Source = {
  name: ERRORS_SOURCE,
  section: { prefix: "Readproctitle", general: {}, named: {} },
  fields: [
    { name: "errors", kind: "text", unit: "", doc: "The lines that are shown.", part: false, ringed: true },
    {
      name: "new_errors",
      kind: "text",
      unit: "",
      doc: "A line with the time, then the lines that appeared since the tick before.",
      part: false,
      ringed: true,
    },
  ],
  items: [errors, newErrors],
  discoveries: [],
  table: [],
  defaultTarget: () => ERRORS_TARGET,
  open: (_section, { io }) => collectorOf(io),
};

function collectorOf(io: Io): Collector {
  const supervisors = new Supervisors(io);
  const titles = new Titles(io);
  return {
    collect: async (_tick, publish) => {
      await supervisors.look();
      if (supervisors.hidden) publish.finding(HIDDEN);
      publish.roster(value(new Map([[ERRORS_TARGET, {}]])));
      const nobody = supervisors.hidden ? HIDDEN.found : NOBODY;
      publish.sample(sampleOf(titles.look(supervisors), io.now(), nobody));
    },
    forget: () => false,
    close: () => Promise.resolve(),
  };
}

const NOBODY = "neither readproctitle nor runsvdir with a log runs here";

/** @param nobody why there may be no complaints: nothing is seen that shows them */
function sampleOf(complaints: Complaints | undefined, stamp: Stamp, nobody: string): Sample {
  const target = ERRORS_TARGET;
  if (complaints === undefined) return { kind: "failed", target, stamp, state: 0, reason: nobody };
  const { present, fresh } = complaints;
  const texts = new Map([["errors", present.join("\n")]]);
  if (fresh.length > 0) texts.set("new_errors", [stamp.clock, ...fresh].join("\n")); // the time tells it from the one before
  return { kind: "good", target, stamp, state: 1, epoch: "", numbers: new Map(), texts, parts: new Map() };
}

const HIDDEN: Finding = {
  what: "/proc",
  found: "the processes of others are hidden (hidepid), so what readproctitle or runsvdir shows cannot be read",
  mend: "mount -o remount,hidepid=0 /proc, or remount it with gid= of a group that tidemark's user is in",
};
