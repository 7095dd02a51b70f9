import type { Section } from "../../config/spec.ts";
import { parseLocks } from "../../io/locks.ts";
import { Slices } from "../../io/slices.ts";
import { unknown, value } from "../../ring/answer.ts";
import type { Roster } from "../../ring/sample.ts";
import type { Collector, Finding, Publish, Surroundings, Tick } from "../source.ts";
import { Directories } from "./directories.ts";
import type { World } from "./judge.ts";
import type { General, Named } from "./section.ts";

/** Looks at the log directories of this machine at each tick. */
export function open(section: Section<General, Named>, { io, remembered }: Surroundings): Collector {
  const directories = new Directories(io, section, remembered);
  return {
    collect: async (tick, publish) => {
      const slices = new Slices(io);
      await directories.look(slices);
      const locks = await io.readTextAside("/proc/locks");
      const { processes, loggers } = directories;
      const world = { processes, loggers, locks: locks === undefined ? undefined : parseLocks(locks) };
      await sampleAll({ directories, slices, world }, tick, publish);
      directories.dropGone();
      publish.roster(rosterOf(directories));
      for (const finding of [...directories.findings, ...hiddenWriters(directories)]) publish.finding(finding);
    },
    forget: (name) => directories.forget(name),
    close: async () => undefined,
  };
}

interface Round {
  readonly directories: Directories;
  readonly slices: Slices;
  readonly world: World;
}

/** Those that are not reached by the deadline have a hole. */
async function sampleAll({ directories, slices, world }: Round, tick: Tick, publish: Publish): Promise<void> {
  for (const target of directories.targets) {
    await slices.pause();
    if (tick.deadline.aborted) return;
    publish.sample(target.sample(world));
    if (target.finding !== undefined) publish.finding(target.finding);
    if (directories.isNamed(target)) publish.remember(target.spec.name, target.labels);
  }
}

function rosterOf({ targets, incomplete }: Directories): Roster {
  if (incomplete !== undefined) return unknown(incomplete);
  return value(new Map(targets.map((target) => [target.spec.name, target.labels])));
}

/** One for all directories, since they have one cause. */
function hiddenWriters({ targets }: Directories): readonly Finding[] {
  const hidden = targets.flatMap(({ blockedUnknown }) => blockedUnknown ?? []);
  const [first] = hidden;
  if (first === undefined) return [];
  return [
    {
      what: `writers of ${hidden.length} log pipe${hidden.length === 1 ? "" : "s"}`,
      found: first,
      mend: "nothing but logdir.blocked needs it: let tidemark run with CAP_SYS_PTRACE, or as the user of the loggers",
    },
  ];
}
