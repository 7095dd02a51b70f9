import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import { type BytePath, bytePath } from "../../io/local-files.ts";
import { Slices } from "../../io/slices.ts";
import { unknown, value } from "../../ring/answer.ts";
import type { Labels, Roster } from "../../ring/sample.ts";
import type { Collector, Finding, Publish, Surroundings } from "../source.ts";
import { type Held, heldBy } from "./addresses.ts";
import { ConfFile, type ConfRead, confReason } from "./conf-file.ts";
import { type Dump, DumpFile } from "./dump.ts";
import { confFinding, containedFinding, dumpFinding, fifoFinding, HIDDEN, strangeFinding } from "./findings.ts";
import type { Instance } from "./instance.ts";
import { Instances, labelsOf } from "./instances.ts";
import { NotifyFifo } from "./notify-fifo.ts";
import { Processes, type Running, vrrpStart } from "./processes.ts";
import { type Known, sampleOf } from "./sample.ts";
import type { General, Named } from "./section.ts";
import { STATES } from "./states.ts";

const DEFAULT_CONFIG = "/etc/keepalived/keepalived.conf";

/** Watches the VRRP instances of this machine's keepalived. No signal is ever sent to it. */
export function open(section: Section<General, Named>, { io, remembered }: Surroundings): Collector {
  return new KeepalivedCollector(io, section, new Instances(section, remembered));
}

/** What one look found that is the same for all instances. */
interface World {
  readonly running: Running | undefined;
  /** Undefined: there is no VRRP child. */
  readonly begun: number | undefined;
  /** Undefined: there is no reason to read it. */
  readonly conf: ConfRead | undefined;
  readonly dump: Dump | undefined;
  /** Undefined: they cannot be seen. */
  readonly held: Held | undefined;
}

class KeepalivedCollector implements Collector {
  readonly #io: Io;
  readonly #general: Section<General, Named>["general"];
  readonly #instances: Instances;
  readonly #processes: Processes;
  readonly #confFile: ConfFile;
  readonly #fifo: NotifyFifo | undefined;
  readonly #dumpFile: DumpFile | undefined;
  /** Instances that have been looked at once. */
  readonly #looked = new WeakSet<Instance>();

  constructor(io: Io, { general }: Section<General, Named>, instances: Instances) {
    const { NotifyFifo: fifo, DataFile: file, DataFileAge: seconds } = general;
    this.#io = io;
    this.#general = general;
    this.#instances = instances;
    this.#processes = new Processes(io);
    this.#confFile = new ConfFile(io.files);
    this.#dumpFile = file === undefined ? undefined : new DumpFile(io, bytePath(file), seconds);
    if (fifo === undefined) return;
    this.#fifo = new NotifyFifo(io, bytePath(fifo), (heard) => instances.named(heard.notice.name)?.hear(heard));
  }

  async collect(_: unknown, publish: Publish): Promise<void> {
    const slices = new Slices(this.#io);
    await this.#processes.look(slices);
    this.#fifo?.keepOpen();
    await undefined; // a FIFO that cannot be opened says so after this turn
    const world = this.#look();
    this.#instances.compare(world.conf?.kind === "read" ? world.conf.conf.instances : undefined);
    for (const name of world.dump?.instances.keys() ?? []) this.#instances.named(name);
    const labels = new Map<string, Labels>();
    for (const instance of this.#instances.all) {
      await slices.pause();
      labels.set(instance.target, this.#sample(instance, world, publish));
    }
    publish.roster(rosterOf(labels, world));
    for (const finding of this.#findings(world)) publish.finding(finding);
  }

  forget(target: string): boolean {
    return this.#instances.forget(target);
  }

  async close(): Promise<void> {
    this.#fifo?.close();
  }

  #look(): World {
    const { running } = this.#processes;
    const begun = running === undefined ? undefined : vrrpStart(this.#io, running);
    const conf = this.#readConf(running);
    const dump = begun === undefined ? undefined : this.#dumpFile?.look();
    return { running, begun, conf, dump, held: this.#held(running, conf) };
  }

  #readConf(running: Running | undefined): ConfRead | undefined {
    const path = this.#confPath(running);
    if (path === undefined) return undefined;
    const name = this.#io.readText("/proc/sys/kernel/hostname")?.trim() ?? "";
    return this.#confFile.read(path, running?.command.configId ?? name);
  }

  #confPath(running: Running | undefined): BytePath | undefined {
    if (this.#general.Config !== undefined) return bytePath(this.#general.Config);
    const isWanted = this.#general.Discover || this.#instances.all.length > 0;
    if (running === undefined || running.isContained || !isWanted) return undefined;
    const path = bytePath(running.command.config || DEFAULT_CONFIG);
    if (path.startsWith("/")) return path;
    const home = this.#io.files.link(`/proc/${running.parent.pid}/cwd`);
    return `${home.kind === "ok" ? home.value : "."}/${path}`;
  }

  /** Undefined: keepalived's addresses are in another network namespace. */
  #held(running: Running | undefined, conf: ConfRead | undefined): Held | undefined {
    const named = conf?.kind === "read" ? conf.conf.namespace : undefined;
    const isElsewhere =
      running?.isElsewhere !== false || named !== undefined || running.command.namespace !== undefined;
    return isElsewhere ? undefined : heldBy(this.#io.addresses());
  }

  /** Its macros as they are now. */
  #sample(instance: Instance, world: World, publish: Publish): Labels {
    const known = this.#knownOf(instance, world);
    const sample = sampleOf(instance, known, { stamp: this.#io.now(), isFirst: !this.#looked.has(instance) });
    this.#looked.add(instance);
    publish.sample(sample);
    const labels = labelsOf(instance, STATES.word(sample.state));
    if (!instance.isConfigured && world.running !== undefined) publish.remember(instance.target, labels);
    return labels;
  }

  #knownOf(instance: Instance, { running, begun, conf, dump, held }: World): Known {
    if (begun === undefined) instance.silence();
    if (running === undefined) {
      if (this.#processes.areHidden) return { kind: "unreadable", ways: [HIDDEN.found] };
      return { kind: "down", reason: "no keepalived process runs" };
    }
    if (begun === undefined)
      return { kind: "down", reason: `keepalived, process ${running.parent.pid}, has no VRRP child` };
    const stamp = this.#io.now();
    const dumped = dump?.instances.get(instance.name);
    const verdict = instance.look({ stamp, begun, dumped, dumpAge: dump?.age ?? 0, held });
    if (verdict !== undefined) return { kind: "verdict", verdict };
    const ways = [...this.#fileWays(dumped !== undefined), this.#addressWay(instance, conf, held)];
    const isListening = this.#fifo !== undefined && this.#fifo.failure === undefined;
    return { kind: isListening || dumped !== undefined ? "waiting" : "unreadable", ways };
  }

  /** Why neither FIFO nor file tells the state. */
  #fileWays(isDumped: boolean): readonly string[] {
    const fifo = this.#fifo;
    const file = this.#dumpFile;
    return [
      ...(fifo === undefined ? [] : [fifo.failure ?? `nothing came out of "${this.#general.NotifyFifo}" yet`]),
      ...(file === undefined ? [] : [file.failure ?? missing(isDumped, `"${this.#general.DataFile}"`)]),
    ];
  }

  #addressWay(instance: Instance, conf: ConfRead | undefined, held: World["held"]): string {
    if (held === undefined) return "its addresses are in another network namespace";
    if (instance.addresses.length > 0 || conf?.kind !== "failed") return "no virtual address of it is known";
    return confReason(conf);
  }

  #findings({ running, conf }: World): readonly Finding[] {
    const isWatched = this.#instances.all.length > 0 || this.#fifo !== undefined || this.#dumpFile !== undefined;
    if (running === undefined) return this.#processes.areHidden && isWatched ? [HIDDEN] : [];
    const strange = this.#fifo?.takeStrange() ?? 0;
    const isOutOfReach = running.isContained && !isWatched;
    return [
      ...(isOutOfReach ? [containedFinding(running.parent.pid)] : []),
      ...(conf?.kind === "failed" ? [confFinding(this.#io, conf)] : []),
      ...(this.#fifo?.failure === undefined ? [] : [fifoFinding(this.#io, this.#fifo)]),
      ...(this.#fifo === undefined || strange === 0 ? [] : [strangeFinding(this.#fifo, strange)]),
      ...(this.#dumpFile?.failure === undefined ? [] : [dumpFinding(this.#io, this.#dumpFile)]),
    ];
  }
}

/** An empty list from a configuration that cannot be read would say that there are none. */
function rosterOf(targets: ReadonlyMap<string, Labels>, { conf }: World): Roster {
  return targets.size === 0 && conf?.kind === "failed" ? unknown(confReason(conf)) : value(targets);
}

function missing(isDumped: boolean, file: string): string {
  return isDumped ? `${file} says that it has not begun yet` : `${file} does not know it`;
}
