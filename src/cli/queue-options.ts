import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { OutboxOptions } from "../outbox/options.ts";
import { Pace } from "../transports/pace.ts";
import { bootId } from "./boot-id.ts";
import type { Settings } from "./settings.ts";

/** What queues need of the configuration. */
export interface QueueSettings {
  readonly step: number;
  readonly core: Pick<Settings["core"], "OutboxSize" | "OutboxAge">;
}

/** What all queues of one configuration have in common. */
export function queueOptions(
  { core, step }: QueueSettings,
  { io, log }: { readonly io: Pick<Io, "now">; readonly log: Pick<Log, "warning"> },
): Omit<OutboxOptions, "directory" | "name"> {
  const pace = new Pace(() => io.now().mono);
  return {
    step,
    boot: bootId(),
    limits: { bytes: core.OutboxSize, seconds: core.OutboxAge },
    now: () => io.now(),
    pause: () => pace.pause(),
    report: (line) => log.warning(line),
  };
}
