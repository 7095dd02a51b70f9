import { increase } from "../../derive/increase.ts";
import { Slices } from "../../io/slices.ts";
import { eachWindow, ONCE } from "../../items/family.ts";
import { staleReason } from "../../items/freshness.ts";
import { momentItem } from "../../items/item.ts";
import { byWindow, standardSteps } from "../../items/master.ts";
import { windowUpTo } from "../../items/params.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Sample, Stamp } from "../../ring/sample.ts";
import type { Collector, Surroundings } from "../source.ts";
import { ChildRestarts } from "./child-restarts.ts";
import { Processes } from "./processes.ts";

/** keepalived itself beside its instances: a source of its own, since it may have no instance at all. */
export const CHILD_SOURCE = "keepalived.child";
const TARGET = "keepalived";

export const childRestarts = momentItem({
  key: "keepalived.child.restarts",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "",
  name: "Restarts of keepalived's children",
  doc:
    "How often keepalived started its VRRP or checker child anew in the window, by their pids: each sample shows one " +
    "restart of a child at most, so one that dies every few seconds counts one a sample. None until nine tenths of the " +
    "window are known.",
  delay: "1m",
  standard: eachWindow,
  value: (moment, args, now) => flatMap(fresh(moment, now), (view) => increase(view.steps(args.window), "restarts")),
});

/** An empty object where no keepalived has been seen: hosts without one have the template, too. */
export const childGet = momentItem({
  key: "keepalived.child.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything of keepalived's children, as JSON",
  doc: "Master item: running (1 while keepalived runs, else 0) and restarts by window; empty where none has been seen.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _, now) => {
    const view = fresh(moment, now);
    return value(JSON.stringify(view.kind === "value" ? figures(view.value) : {}));
  },
});

function figures(view: View): object {
  return {
    running: view.attempt?.state,
    restarts: byWindow(standardSteps(view), (steps) => increase(steps, "restarts")),
  };
}

function fresh(moment: Moment, now: Stamp): Answer<View> {
  const view = moment.view(CHILD_SOURCE, TARGET);
  if (view.kind !== "value") return unknown("no keepalived has been seen running here");
  const stale = staleReason(view.value, now);
  return stale === undefined ? view : unknown(stale);
}

/** Counts on while keepalived is down: then nothing is started anew. */
export function openChildren({ io, remembered }: Surroundings): Collector {
  const processes = new Processes(io);
  const restarts = new ChildRestarts();
  let isKnown = remembered.has(TARGET);
  let isFirst = true;
  return {
    collect: async (_, publish) => {
      await processes.look(new Slices(io));
      const { running, areHidden } = processes;
      restarts.look(running);
      isKnown ||= running !== undefined;
      publish.roster(value(new Map(isKnown ? [[TARGET, {}]] : [])));
      if (!isKnown) return;
      publish.sample(
        sampleOf(io.now(), {
          restarts: isFirst ? undefined : restarts.count,
          isDown: running === undefined,
          areHidden,
        }),
      );
      isFirst = false;
      if (running !== undefined) publish.remember(TARGET, {});
    },
    forget: (target) => {
      const isOurs = isKnown && target === TARGET;
      if (isOurs) isKnown = false;
      return isOurs;
    },
    close: async () => undefined,
  };
}

interface Looked {
  /** Undefined at the first look: what was before nobody knows. */
  readonly restarts: number | undefined;
  readonly isDown: boolean;
  readonly areHidden: boolean;
}

function sampleOf(stamp: Stamp, { restarts, isDown, areHidden }: Looked): Sample {
  const target = TARGET;
  if (isDown && areHidden) {
    return { kind: "failed", target, stamp, state: 0, reason: "the processes of others are hidden in /proc (hidepid)" };
  }
  const numbers = new Map(restarts === undefined ? [] : [["restarts", restarts]]);
  return { kind: "good", target, stamp, state: isDown ? 0 : 1, epoch: "", numbers, texts: new Map(), parts: new Map() };
}
