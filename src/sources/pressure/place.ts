import { accessWords } from "../../io/access-words.ts";
import type { Io } from "../../io/io.ts";
import { type BytePath, bytePath, type Reached } from "../../io/local-files.ts";
import { shortName } from "../../items/short-name.ts";
import type { GoodSample, Labels } from "../../ring/sample.ts";
import type { Finding } from "../source.ts";
import { parseCounter } from "./counter.ts";
import type { Disk } from "./disks.ts";
import { diskOf, type Mount } from "./mounts.ts";
import type { PlaceSpec } from "./section.ts";
import { STATES } from "./states.ts";
import type { Sought, Writer, Writers } from "./writers.ts";

const MOST_BYTES = 4096;

/** What a place is looked at against. */
export interface Surroundings {
  readonly boot: string;
  readonly mounts: readonly Mount[];
  readonly disks: readonly Disk[];
  readonly writers: Writers;
}

/** What a place's process wrote; without bytes the reason why they are not known. */
interface Written {
  readonly state: number;
  readonly epoch: string;
  readonly program: string;
  readonly bytes: number | bigint | undefined;
  readonly reason: string;
}

/** One place where logs are written: its disk and its process. */
export class Place {
  readonly spec: PlaceSpec;
  readonly #io: Io;
  #disk: Disk | undefined;
  #epoch: string | undefined;
  #finding: Finding | undefined;

  constructor(io: Io, spec: PlaceSpec) {
    this.#io = io;
    this.spec = spec;
  }

  /** The disk that it lay on at the newest sample. */
  get disk(): Disk | undefined {
    return this.#disk;
  }

  /** Of a configured place only: what mends it is a capability, which nobody needs who did not ask for the figure. */
  get finding(): Finding | undefined {
    return this.spec.isConfigured ? this.#finding : undefined;
  }

  get labels(): Labels {
    return { PATH: this.spec.path ?? "", PROCESS: this.spec.process ?? "", DISK: this.#diskName };
  }

  get #diskName(): string {
    return this.#disk === undefined ? "" : shortName(this.#disk.name);
  }

  sample(around: Surroundings): GoodSample {
    this.#finding = undefined;
    const real = this.spec.path === undefined ? undefined : this.#io.files.real(bytePath(this.spec.path));
    const path = real?.kind === "ok" ? real.value : bytePath(this.spec.path ?? "");
    const noDisk = this.#findDisk(path, around, real);
    const stamp = this.#io.now();
    const written = this.#written(this.#sought(path, around), around);
    this.#epoch = written.epoch;
    return {
      kind: "good",
      target: this.spec.name,
      stamp,
      state: written.state,
      epoch: written.epoch,
      numbers: new Map(written.bytes === undefined ? [] : [["written", written.bytes]]),
      texts: new Map([
        ["device", this.#diskName],
        ["device_unknown", noDisk],
        ["process", written.program],
        ["written_unknown", written.reason],
      ]),
      parts: new Map(),
    };
  }

  /** Why there is none; empty when there is. A path that may not be followed to its end still lies on the same disk. */
  #findDisk(path: BytePath, { mounts, disks }: Surroundings, real: Reached<BytePath> | undefined): string {
    this.#disk = undefined;
    if (real === undefined) return `Pressure.${this.spec.name} has no Path`;
    if (real.kind === "failed" && real.code === "ENOENT") return `there is no "${this.spec.path}"`;
    const found = diskOf(path, { mounts, disks, files: this.#io.files });
    if (found.kind === "malformed") return found.reason;
    this.#disk = found.value;
    return "";
  }

  #sought(path: BytePath, { writers }: Surroundings): Sought {
    const { process } = this.spec;
    return process === undefined ? writers.inDirectory(path) : writers.named(process);
  }

  #written(sought: Sought, { boot }: Surroundings): Written {
    if (sought.kind === "none") return { ...NOTHING, state: STATES.number("no process"), reason: this.#nobody() };
    const { writer } = sought;
    if (sought.kind === "hidden") {
      const reason = this.#denied(writer, `/proc/${writer.pid}/fd`);
      return { ...NOTHING, state: STATES.number("cannot see"), reason };
    }
    const epoch = `${boot}:${writer.pid}:${writer.start}`;
    const counted = this.#count(writer);
    const isOlder = this.#epoch !== undefined && this.#epoch !== epoch && !writer.isNew;
    const bytes = isOlder ? undefined : counted.bytes; // the ring would take all that it ever wrote for new
    return { ...counted, bytes, state: STATES.number("up"), epoch, program: writer.program };
  }

  #count(writer: Writer): Pick<Written, "bytes" | "reason"> {
    const path = `/proc/${writer.pid}/io`;
    const read = this.#io.files.read(path, MOST_BYTES);
    if (read.kind === "failed") {
      const reason = read.code === "EACCES" ? this.#denied(writer, path) : `cannot read "${path}": ${read.reason}`;
      return { bytes: undefined, reason };
    }
    const bytes = parseCounter(/^write_bytes: (\d+)$/m.exec(read.value.bytes.toString("latin1"))?.[1]);
    return { bytes, reason: bytes === undefined ? `"${path}" holds no write_bytes` : "" };
  }

  #denied({ program, pid }: Writer, path: string): string {
    const found = `permission denied at "${path}": ${accessWords(this.#io, path) ?? `it is ${program}'s`}`;
    this.#finding = { what: `${program} process ${pid}`, found, mend: MEND };
    return `${found}; mend: ${MEND}`;
  }

  #nobody(): string {
    const { name, path, process } = this.spec;
    if (process !== undefined) return `no process is called "${process}"`;
    return `no logger has a file in "${path}" open; Pressure.${name}.Process names another program`;
  }
}

const NOTHING = { epoch: "", program: "", bytes: undefined };

const DROP_IN = "/etc/systemd/system/tidemark.service.d";
const MEND =
  `mkdir -p ${DROP_IN}; printf '[Service]\\nCapabilityBoundingSet=CAP_SYS_PTRACE\\n` +
  `AmbientCapabilities=CAP_SYS_PTRACE\\n' >${DROP_IN}/written.conf; systemctl daemon-reload; systemctl restart tidemark`;
