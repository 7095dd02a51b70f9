import type { Sample, Stamp } from "../../../ring/sample.ts";
import type { FeedCounts, StatsFeed } from "../feed/sweep.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";
import { STATISTICS_STATES, type StatisticsState } from "./states.ts";

/** The one target of the source. */
export const TARGET = "impstats";

/** What a tick knows of the statistics. `stale`: why the newest report is too old. */
export interface Heard {
  readonly stamp: Stamp;
  readonly epoch: string;
  readonly interval: number | undefined;
  readonly stale: string | undefined;
}

export function statisticsSample(feed: StatsFeed, { stamp, epoch, interval, stale }: Heard): Sample {
  const { newest, trouble, counts } = feed;
  if (newest === undefined)
    return failed(stamp, trouble === undefined ? "waiting" : "cannot read", trouble ?? NONE_YET);
  if (stale !== undefined) return failed(stamp, trouble === undefined ? "stale" : "cannot read", stale);
  return {
    kind: "good",
    target: TARGET,
    stamp,
    state: STATISTICS_STATES.number(trouble === undefined ? "up" : "cannot read"),
    ...(trouble === undefined ? {} : { note: trouble }),
    epoch,
    numbers: new Map([
      [SWEEP, newest.clock],
      ...(interval === undefined ? [] : [[INTERVAL, interval] as const]),
      ["sweeps", newest.number],
      ["objects", newest.objects.length],
      ["records", counts.records],
      ["passed_over", passedOver(counts)],
      ["strangers", counts.strangers],
    ]),
    texts: new Map(),
    parts: new Map(),
  };
}

const NONE_YET = "no whole report of rsyslogd was read yet";

function passedOver({ unknown, malformed, tooLong, oddFields, late, surplus }: FeedCounts): number {
  return unknown + malformed + tooLong + oddFields + late + surplus;
}

function failed(stamp: Stamp, state: StatisticsState, reason: string): Sample {
  return { kind: "failed", target: TARGET, stamp, state: STATISTICS_STATES.number(state), reason };
}
