import type { Section } from "../../config/spec.ts";
import { sampleTime } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { value } from "../../ring/answer.ts";
import type { Roster, Sample } from "../../ring/sample.ts";
import type { Collector, Publish, Surroundings, Tick } from "../source.ts";
import { LocalTargets } from "./local.ts";
import { paced } from "./pace.ts";
import { newVocabulary, type Vocabulary } from "./parse.ts";
import { configuredTargets, type General, type Named } from "./section.ts";
import { STATES } from "./states.ts";
import { type Common, Target } from "./target.ts";

/** Samples the configured instances; when there are none, those of this machine. */
export function open(section: Section<General, Named>, { io, remembered }: Surroundings): Collector {
  const common: Common = { io, slowMs: section.general.SlowMs, vocabulary: sharedVocabulary() };
  const targets = new Map(configuredTargets(section).map((spec) => [spec.name, new Target(spec, common)]));
  if (targets.size > 0 || !section.general.Discover) return configuredCollector(io, targets);
  return localCollector(io, new LocalTargets(common, remembered));
}

function configuredCollector(io: Io, targets: ReadonlyMap<string, Target>): Collector {
  const roster = rosterOf(targets);
  return {
    collect: async (tick, publish) => {
      publish.roster(roster);
      await sampleAll(io, tick, [...targets.values()], publish);
    },
    forget: () => false,
    close: async () => {
      for (const target of targets.values()) target.close();
    },
  };
}

function localCollector(io: Io, local: LocalTargets): Collector {
  return {
    collect: async (tick, publish) => {
      const targets = await local.look();
      publish.roster(rosterOf(local.found));
      for (const finding of local.findings) publish.finding(finding);
      await sampleAll(io, tick, targets, { ...publish, sample: (sample) => admit(local, sample, publish) });
    },
    forget: (name) => local.forget(name),
    close: async () => local.close(),
  };
}

/** What accepts connections is there; what does not is listed only if it did before. */
function admit(local: LocalTargets, sample: Sample, publish: Publish): void {
  const there = sample.state !== STATES.number("down");
  if (there && local.adopt(sample.target)) publish.roster(rosterOf(local.found));
  const target = local.found.get(sample.target);
  if (target === undefined) return;
  if (there) publish.remember(sample.target, target.spec.labels);
  publish.sample(sample);
}

async function sampleAll(io: Io, tick: Tick, targets: readonly Target[], publish: Publish): Promise<void> {
  await paced(io, sampleTime(io, tick), targets, async (target) => {
    publish.sample(await target.sample(sampleTime(io, tick)));
    if (target.finding !== undefined) publish.finding(target.finding);
  });
}

function rosterOf(targets: ReadonlyMap<string, Target>): Roster {
  return value(new Map([...targets].map(([name, { spec }]) => [name, spec.labels])));
}

/** One table of names for all targets; a new one should a strange peer have filled it. */
function sharedVocabulary(): () => Vocabulary {
  let vocabulary = newVocabulary();
  return () => {
    if (vocabulary.general.full || vocabulary.slabClass.full) vocabulary = newVocabulary();
    return vocabulary;
  };
}
