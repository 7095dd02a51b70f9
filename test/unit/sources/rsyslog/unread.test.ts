import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realFiles } from "../../../../src/io/real-files.ts";
import { World } from "./world.ts";

const CONFIGURATION = `global(workDirectory="@/spool")
module(load="impstats" log.file="@/stats.log")
main_queue(queue.type="LinkedList" queue.size="1000" queue.filename="mainq")`;
const RULES = ["rsyslog.discovery", "rsyslog.action.discovery", "rsyslog.input.discovery", "rsyslog.spool.discovery"];

/** A rsyslogd with a queue and an action; its configuration can be taken out of tidemark's reach. */
class Lockable extends World {
  readonly #locked: { is: boolean };

  constructor() {
    const locked = { is: false };
    super(["Stats=auto"], {
      configuration: CONFIGURATION,
      files: {
        read: (path, most) =>
          locked.is && path.endsWith("rsyslog.conf")
            ? { kind: "failed", code: "EACCES", reason: "permission denied" }
            : realFiles.read(path, most),
      },
    });
    this.#locked = locked;
    mkdirSync(join(this.directory, "spool"));
  }

  lock(isLocked: boolean): void {
    this.#locked.is = isLocked;
    chmodSync(join(this.directory, "rsyslog.conf"), isLocked ? 0 : 0o644); // so that it looks changed
  }

  async tick(): Promise<void> {
    this.report({
      "core.queue main Q": { size: 1, enqueued: 1, full: 0, "discarded.full": 0, "discarded.nf": 0 },
      "core.action one": { processed: 1, failed: 0, suspended: 0, "suspended.duration": 0, resumed: 0 },
      "imuxsock imuxsock": { submitted: 1, "ratelimit.discarded": 0, "ratelimit.numratelimiters": 0 },
    });
    await this.ticks(1, 1);
  }

  /** Whatever state they are in. */
  get rows(): readonly string[] {
    return RULES.map((rule) => this.bench.text(rule).replace(/,"\{#STATE\}":"[^"]*"/, ""));
  }
}

describe("a configuration of rsyslogd that cannot be read", () => {
  test("takes nothing out of the lists while tidemark runs", async () => {
    const world = new Lockable();
    for (let tick = 0; tick < 3; tick++) await world.tick();
    const before = world.rows;
    for (const text of before) expect(JSON.parse(text)).toHaveLength(1);
    world.lock(true);
    for (let tick = 0; tick < 5; tick++) await world.tick();
    expect(world.rows).toEqual(before);
  });

  test("makes the rules fail in a tidemark that starts, instead of empty lists", async () => {
    const world = new Lockable();
    world.lock(true);
    for (let tick = 0; tick < 3; tick++) await world.tick();
    const reason = `Cannot read "${world.directory}/rsyslog.conf": permission denied.`;
    expect(world.rows).toEqual(RULES.map(() => `(unknown: ${reason})`));
    world.lock(false);
    for (let tick = 0; tick < 3; tick++) await world.tick();
    for (const text of world.rows) expect(JSON.parse(text)).toHaveLength(1);
  });

  test("is not there where there is no rsyslogd: then the lists are empty", async () => {
    const world = new Lockable();
    rmSync(join(world.directory, "rsyslog.conf"));
    await world.tick();
    expect(world.rows).toEqual(RULES.map(() => "[]"));
  });
});
