import { value } from "../../ring/answer.ts";
import type { GoodSample, Numbers, Stamp } from "../../ring/sample.ts";
import type { Collector, QueueStats, Self, Source, Surroundings } from "../source.ts";
import { FIELDS } from "./fields.ts";
import { ITEMS } from "./items.ts";
import { OUTBOX_DISCOVERY } from "./outbox-items.ts";
import { OUTBOX, REFUSED, RUN, SOURCE, TARGET } from "./self.ts";
import { TEMPLATE } from "./template.ts";

const UP = 1;

/**
 * Reads tidemark's own figures at each tick. They are stamped as the tick is, which tells when its slot was sampled: by
 * a stamp that is taken later, a late tick seems to be of the second after, and the slot after it to be none.
 */
function collectorOf({ self: own }: Surroundings): Collector {
  return {
    collect: async ({ stamp }, publish) => {
      publish.roster(value(new Map([[TARGET, {}]])));
      publish.sample(sampleOf(own, stamp));
    },
    forget: () => false,
    close: async () => undefined,
  };
}

function sampleOf(own: Self, stamp: Stamp): GoodSample {
  const { seconds, missed } = own.tick();
  const parts = new Map<string, Numbers>();
  for (const [source, run] of own.runs()) {
    parts.set(
      `${RUN}${source}`,
      new Map([
        ["settled", Number(run.settled)],
        ["seconds", run.seconds],
      ]),
    );
  }
  for (const { name, stats } of own.destinations()) parts.set(`${OUTBOX}${name}`, queueFigures(stats, stamp));
  for (const [reason, count] of own.refused()) parts.set(`${REFUSED}${reason}`, new Map([["refused", count]]));
  return {
    kind: "good",
    target: TARGET,
    stamp,
    state: UP,
    epoch: String(own.startedAt.clock),
    numbers: new Map([
      ["requests", own.requests()],
      ["rss", own.rssBytes()],
      ["tick_seconds", seconds],
      ["tick_missed", missed],
      ["started", own.startedAt.mono],
    ]),
    texts: new Map([
      ["version", own.version],
      ["agent_version", own.protocolVersion],
      ["agent_variant", String(own.variant)],
      ["hostname", own.hostname()],
      ["host_metadata", own.hostMetadata()],
    ]),
    parts,
  };
}

function queueFigures({ rows, bytes, oldest, dropped, failed }: QueueStats, { clock }: Stamp): Numbers {
  const figures = [
    ["outbox_read", Number(!Number.isNaN(rows))],
    ["outbox_rows", rows],
    ["outbox_bytes", bytes],
    ["outbox_oldest", oldest === undefined ? 0 : Math.max(0, Math.floor(clock - oldest))],
    ["outbox_dropped", dropped],
    ["outbox_failed", failed],
  ] as const;
  return new Map(figures.filter(([, figure]) => !Number.isNaN(figure)));
}

/** tidemark itself. */
export const tidemark: Source = {
  name: SOURCE,
  section: { prefix: "Tidemark", general: {}, named: {} },
  fields: FIELDS,
  items: ITEMS,
  discoveries: [OUTBOX_DISCOVERY],
  table: [],
  template: TEMPLATE,
  defaultTarget: () => TARGET,
  open: (_section, surroundings) => collectorOf(surroundings),
};
