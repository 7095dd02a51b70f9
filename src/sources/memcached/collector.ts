import type { Section } from "../../config/spec.ts";
import { value } from "../../ring/answer.ts";
import type { Labels } from "../../ring/sample.ts";
import type { Collector, Publish, Surroundings, Tick } from "../source.ts";
import { newVocabulary, type Vocabulary } from "./parse.ts";
import { configuredTargets, type General, type Named } from "./section.ts";
import { Target } from "./target.ts";

/** A sample ends this much before the tick's deadline, so that its state is in the slot's own tick. */
const MARGIN_MS = 20;

/** Samples the configured instances, or else those of this machine. */
export function open(section: Section<General, Named>, { io }: Surroundings): Collector {
  let vocabulary = newVocabulary();
  const common = {
    io,
    slowMs: section.general.SlowMs,
    vocabulary: (): Vocabulary => {
      if (vocabulary.general.full || vocabulary.slabClass.full) vocabulary = newVocabulary();
      return vocabulary;
    },
  };
  const targets = configuredTargets(section).map((spec) => new Target(spec, common));
  const roster = value(new Map<string, Labels>(targets.map(({ spec }) => [spec.name, spec.labels])));
  return {
    collect: async (tick: Tick, publish: Publish): Promise<void> => {
      publish.roster(roster);
      const left = (tick.seconds - (io.now().mono - tick.stamp.mono)) * 1000 - MARGIN_MS;
      await Promise.all(targets.map(async (target) => publish.sample(await target.sample(left))));
    },
    forget: () => false,
    close: async () => {
      for (const target of targets) target.close();
    },
  };
}
