import type { Section } from "../../config/spec.ts";
import { sampleTime } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { value } from "../../ring/answer.ts";
import type { Roster } from "../../ring/sample.ts";
import type { Collector, Publish, Surroundings } from "../source.ts";
import { LocalTarget } from "./local.ts";
import { configured, type General, type Named } from "./section.ts";
import { STATES } from "./states.ts";
import { Target } from "./target.ts";

/** Samples the configured servers; when there are none, that of this machine. */
export function open(section: Section<General, Named>, { io, remembered }: Surroundings): Collector {
  const targets = configured(section).map(([name, endpoint]) => new Target(io, name, endpoint));
  if (targets.length > 0 || !section.general.Discover) return configuredCollector(io, targets);
  return localCollector(io, new LocalTarget(io, remembered));
}

function configuredCollector(io: Io, targets: readonly Target[]): Collector {
  const roster = rosterOf(targets);
  return {
    collect: async (tick, publish) => {
      publish.roster(roster);
      await Promise.all(targets.map(async (target) => publish.sample(await target.sample(sampleTime(io, tick)))));
    },
    forget: () => false,
    close: async () => {
      for (const target of targets) target.close();
    },
  };
}

function localCollector(io: Io, local: LocalTarget): Collector {
  return {
    collect: async (tick, publish) => {
      const target = await local.look();
      publish.roster(rosterOf(local.found === undefined ? [] : [local.found]));
      if (target !== undefined) await sampleLocal(local, target, { publish, ms: sampleTime(io, tick) });
    },
    forget: (name) => local.forget(name),
    close: async () => local.close(),
  };
}

/** What accepts connections is there; what does not is listed only if it did before. */
async function sampleLocal(
  local: LocalTarget,
  target: Target,
  { publish, ms }: { readonly publish: Publish; readonly ms: number },
): Promise<void> {
  const sample = await target.sample(ms);
  const isThere = sample.state !== STATES.number("down");
  if (isThere && local.found === undefined) {
    local.adopt();
    publish.roster(rosterOf([target]));
  }
  if (isThere) publish.remember(target.name, target.labels);
  if (local.found !== undefined) publish.sample(sample);
  if (local.finding !== undefined) publish.finding(local.finding);
}

function rosterOf(targets: readonly Target[]): Roster {
  return value(new Map(targets.map(({ name, labels }) => [name, labels])));
}
