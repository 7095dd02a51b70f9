import type { Io } from "../../io/io.ts";
import { type BytePath, bytePath, pathText, type Reached } from "../../io/local-files.ts";
import { shellWord } from "../../io/shell-word.ts";
import type { Finding, Tick } from "../source.ts";
import { Denied } from "./denied.ts";
import { Look } from "./look.ts";
import { Names } from "./names.ts";
import type { Scan, ServiceReader, ServiceRecord } from "./record.ts";
import { type Place, ServiceDirectory, type Surroundings } from "./service-directory.ts";
import type { Supervisors } from "./supervisors.ts";
import { LeapSeconds } from "./tai.ts";

/** More names in one directory are no services but a mistake. */
const MOST_NAMES = 10_000;

export interface ScanOptions {
  /** A name that is in several directories goes to the first. */
  readonly directories: readonly string[];
  /** Whether they must all be there. */
  readonly required: boolean;
}

/** A scan directory as it was listed last. */
interface Listing {
  readonly identity: string;
  readonly names: readonly string[];
}

/**
 * Services of daemontools, runit and s6: every directory in a scan directory that was supervised or has a run file.
 * While a directory cannot be listed, the services that were known are still read.
 */
export class ScanDirectories implements ServiceReader {
  readonly #io: Io;
  readonly #options: ScanOptions;
  readonly #world: Surroundings;
  readonly #listings = new Map<BytePath, Listing>();
  readonly #services = new Map<BytePath, ServiceDirectory>();
  readonly #names = new Names();

  constructor(io: Io, supervisors: Supervisors, options: ScanOptions) {
    this.#io = io;
    this.#options = options;
    this.#world = { files: io.files, leapSeconds: new LeapSeconds(), supervisors, denied: new Denied(io) };
  }

  async look(tick: Tick): Promise<Scan> {
    const look = new Look(this.#io, tick);
    for (const directory of this.#options.directories) await this.#scan(bytePath(directory), look);
    if (look.isComplete) this.#keepOnly(look.paths);
    return look.scan(this.#world.denied.findings);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #scan(directory: BytePath, look: Look): Promise<void> {
    this.#world.denied.begin(directory);
    const listed = this.#list(directory);
    if (listed.kind === "ok") this.#listings.set(directory, listed.value);
    else if (!this.#mayBeAbsent(directory, listed.code)) this.#missed(directory, listed, look);
    const listing = this.#listings.get(directory);
    if (listing === undefined || look.identities.has(listing.identity)) return;
    look.identities.add(listing.identity);
    const before = new Set(look.identities);
    for (const name of listing.names) {
      if (look.isOver) return look.miss("the scan did not end in time");
      await look.pause();
      this.#visit(`${directory}/${name}`, name, { look, before });
    }
  }

  #list(directory: BytePath): Reached<Listing> {
    const facts = this.#io.files.facts(directory);
    if (facts.kind === "failed") return facts;
    const names = this.#io.files.names(directory);
    if (names.kind === "failed") return names;
    const shown = names.value.filter((name) => !name.startsWith(".")); // as svscan does
    if (shown.length > MOST_NAMES) return { kind: "failed", code: "", reason: `it has more than ${MOST_NAMES} names` };
    return { kind: "ok", value: { identity: facts.value.identity, names: shown.sort() } };
  }

  /** One of the usual directories that was never there. */
  #mayBeAbsent(directory: BytePath, code: string): boolean {
    return code === "ENOENT" && !this.#options.required && !this.#listings.has(directory);
  }

  #missed(directory: BytePath, { code, reason }: { code: string; reason: string }, look: Look): void {
    const isDenied = code === "EACCES" || code === "EPERM";
    const why = isDenied ? this.#world.denied.words(directory) : reason;
    const mend = isDenied
      ? `chmod o+rx ${shellWord(directory)}`
      : "name the scan directories with Supervise.Directories";
    look.miss(`cannot list "${pathText(directory)}": ${why}`);
    look.finding({ what: pathText(directory), found: `cannot list it: ${why}`, mend });
  }

  /** @param seen before: what earlier scan directories led to; one service has one supervisor, so it is shown once */
  #visit(path: BytePath, name: string, { look, before }: { look: Look; before: ReadonlySet<string> }): void {
    look.paths.add(path);
    const facts = this.#io.files.facts(path);
    if (facts.kind === "failed") {
      const why = facts.code === "ENOENT" ? "it is a symbolic link to nothing, or was just removed" : facts.reason;
      look.add(this.#unreachable(path, name, why));
    } else if (facts.value.kind === "directory" && !before.has(facts.value.identity)) {
      look.identities.add(facts.value.identity);
      const service = this.#read({ path, name: this.#names.of(path, pathText(name)), watched: [name] }, look);
      if (service !== undefined) this.#visitLog({ path, name }, service, look);
    }
  }

  #visitLog({ path, name }: { path: BytePath; name: string }, service: ServiceRecord, look: Look): void {
    const log = `${path}/log`;
    if (this.#io.files.facts(log).kind === "failed") return;
    look.paths.add(log);
    const record = this.#read(
      {
        path: log,
        name: this.#names.of(log, `${service.name}:log`),
        logOf: service.name,
        watched: ["log", `${name}/log`, name], // supervise, s6-supervise, runsv
      },
      look,
    );
    const isMissed = record?.state === "never supervised" && service.supervisor === "daemontools";
    if (isMissed) look.finding(missedLog(path, name));
  }

  #read(place: Place, look: Look): ServiceRecord | undefined {
    const service = this.#services.get(place.path) ?? new ServiceDirectory(place, this.#world);
    this.#services.set(place.path, service);
    const record = service.look();
    if (record !== undefined) look.add(record);
    return record;
  }

  #unreachable(path: BytePath, name: string, why: string): ServiceRecord {
    return {
      kind: "unread",
      name: this.#names.of(path, pathText(name)),
      supervisor: undefined,
      path: pathText(path),
      state: "cannot read",
      reason: `"${pathText(path)}": ${why}`,
    };
  }

  #keepOnly(paths: ReadonlySet<BytePath>): void {
    for (const path of this.#services.keys()) if (!paths.has(path)) this.#services.delete(path);
    this.#names.keepOnly(paths);
  }
}

/** svscan decides once, when it first sees a directory, whether there is a log service: by log/, older ones by the sticky bit. */
function missedLog(path: BytePath, name: string): Finding {
  const aside = shellWord(path.replace(/[^/]*$/, (last) => `.${last}`));
  const here = shellWord(path);
  return {
    what: `${pathText(path)}/log`,
    found: `never supervised: svscan looks for it only once, when it first sees ${pathText(name)}`,
    mend: `chmod +t ${here}; mv ${here} ${aside}; svc -dx ${aside}; sleep 10; mv ${aside} ${here}`,
  };
}
