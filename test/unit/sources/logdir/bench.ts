import type { Io } from "../../../../src/io/io.ts";
import { logdir } from "../../../../src/sources/logdir/logdir.ts";
import type { General, Named } from "../../../../src/sources/logdir/section.ts";
import type { Remembered } from "../../../../src/sources/source.ts";
import { SourceBench } from "../bench.ts";

/** The bench of log directories. */
export class Bench extends SourceBench<General, Named> {
  /** @param lines directives without their prefix: `"a.Path=/var/log/a"` */
  constructor(io: Io, lines: readonly string[], remembered: ReadonlyMap<string, Remembered> = new Map()) {
    super(logdir, io, { lines, remembered });
  }
}
