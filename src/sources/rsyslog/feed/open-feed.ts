import type { Io } from "../../../io/io.ts";
import type { Log } from "../../../io/log.ts";
import type { Slices } from "../../../io/slices.ts";
import type { Finding } from "../../source.ts";
import { ArrivalInlet } from "./arrival-inlet.ts";
import { fifoDoor, udpDoor } from "./doors.ts";
import { FileInlet } from "./file-inlet.ts";
import type { Inlet } from "./inlet.ts";
import type { FeedChoice, FeedCounts, StatsFeed, Sweep } from "./sweep.ts";

/** Opens a feed of statistics. What cannot be read yet is tried again at each look. */
export function openFeed(choice: FeedChoice, io: Io, log: Log): StatsFeed {
  switch (choice.kind) {
    case "file":
      return new Feed(new FileInlet(choice.path, io, log));
    case "fifo":
      return new Feed(new ArrivalInlet(fifoDoor(choice.path, io), io, log));
    case "udp":
      return new Feed(new ArrivalInlet(udpDoor(choice, io), io, log));
  }
}

class Feed implements StatsFeed {
  readonly #inlet: Inlet;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  async look(slices: Slices): Promise<void> {
    if (this.#isClosed) return;
    this.#looking ??= this.#inlet.look(slices).finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  take(): readonly Sweep[] {
    return this.#inlet.reader.sweeps.take();
  }

  get newest(): Sweep | undefined {
    return this.#inlet.reader.sweeps.newest;
  }

  get interval(): number | undefined {
    return this.#inlet.reader.sweeps.interval;
  }

  get counts(): FeedCounts {
    return this.#inlet.reader.counts;
  }

  get trouble(): string | undefined {
    return this.#inlet.trouble?.text;
  }

  get finding(): Finding | undefined {
    return this.#inlet.trouble?.finding;
  }

  close(): void {
    this.#isClosed = true;
    this.#inlet.close();
  }
}
