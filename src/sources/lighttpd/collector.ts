import type { Section } from "../../config/spec.ts";
import { sampleTime } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { value } from "../../ring/answer.ts";
import type { Roster, Sample } from "../../ring/sample.ts";
import type { Collector, Publish, Surroundings, Tick } from "../source.ts";
import { LocalTargets, NAME_IT } from "./local.ts";
import { configured, type General, type Named } from "./section.ts";
import { STATES } from "./states.ts";
import { Target } from "./target.ts";

/** Samples the configured servers; when there are none, those of this machine that tell where to ask. */
export function open(section: Section<General, Named>, { io, remembered }: Surroundings): Collector {
  const targets = configured(section).map((spec) => new Target(io, spec));
  if (targets.length > 0 || !section.general.Discover) return configuredCollector(io, targets);
  return localCollector(io, new LocalTargets(io, remembered));
}

function configuredCollector(io: Io, targets: readonly Target[]): Collector {
  const roster = rosterOf(targets);
  return {
    collect: async (tick, publish) => {
      publish.roster(roster);
      await sampleAll(io, tick, targets, (target, sample) => {
        publish.sample(sample);
        if (target.finding !== undefined) publish.finding(target.finding);
      });
    },
    forget: () => false,
    close: async () => {
      for (const target of targets) target.close();
    },
  };
}

function localCollector(io: Io, local: LocalTargets): Collector {
  return {
    collect: async (tick, publish) => {
      const targets = await local.look();
      publish.roster(rosterOf([...local.found.values()]));
      for (const finding of local.findings) publish.finding(finding);
      await sampleAll(io, tick, targets, (target, sample) => admit(local, target, { sample, publish }));
    },
    forget: (name) => local.forget(name),
    close: async () => undefined,
  };
}

/** What shows its status is there; what does not is listed only if it did before. */
function admit(
  local: LocalTargets,
  target: Target,
  { sample, publish }: { readonly sample: Sample; readonly publish: Publish },
): void {
  const { name, url } = target.spec;
  const isUp = sample.state === STATES.number("up");
  if (isUp && local.adopt(target)) publish.roster(rosterOf([...local.found.values()]));
  if (isUp) publish.remember(name, target.labels);
  if (local.found.has(name)) publish.sample(sample);
  else if (sample.kind === "failed") publish.finding({ what: url.text, found: sample.reason, mend: NAME_IT });
}

async function sampleAll(
  io: Io,
  tick: Tick,
  targets: readonly Target[],
  take: (target: Target, sample: Sample) => void,
): Promise<void> {
  const ms = sampleTime(io, tick);
  await Promise.all(targets.map(async (target) => take(target, await target.sample(ms))));
}

function rosterOf(targets: readonly Target[]): Roster {
  return value(new Map(targets.map(({ spec, labels }) => [spec.name, labels])));
}
