import type { Io } from "../../io/io.ts";
import { ok, type Parsed } from "../../ring/answer.ts";
import type { Stamp } from "../../ring/sample.ts";
import type { Tick } from "../source.ts";
import { BusClient } from "./dbus-client.ts";
import type { Scan, ServiceReader, ServiceRecord } from "./record.ts";
import { SystemdBus } from "./systemd-bus.ts";
import { type Asked, askedOf, isService, isThere, mayBeService } from "./systemd-choice.ts";
import { Stamps } from "./systemd-stamps.ts";
import { FACTS, type Facts, factsOf, recordOf, type Unit, wanted } from "./systemd-unit.ts";

/** The system bus, which every user may ask. systemd's own socket, /run/systemd/private, is root's alone. */
const BUS = "/run/dbus/system_bus_socket";
/** There when systemd is PID 1: see sd_booted(3). */
const BOOTED = "/run/systemd/system";

/** Unit files change seldom, and whether a unit runs is read at each look. */
const FACTS_SECONDS = 300;
const NO_FACTS: Facts = { fileState: "", type: "", file: "" };

const INSTALL = "apt-get install dbus && systemctl start dbus.socket";
const ADMIT = `chmod 0755 /run/dbus && chmod 0666 ${BUS}`;
const LOOK = "systemctl status dbus.service";

const NOTHING: Scan = { services: [], incomplete: undefined, findings: [] };

/**
 * Asks systemd for its services: over the message bus, with a client of our own.
 *
 * Why not `systemctl show`, once a tick for all units: measured for 38 services with systemd 252 it takes 36 ms of CPU
 * (24 its own, 12 of PID 1) and a fork of the daemon. Eight single properties of each over a kept connection take 16 ms
 * in all three programs (6 here, 2 PID 1, 8 dbus-daemon); GetAll of both interfaces takes 33 ms.
 * Why not a package: of the clients in JavaScript the one that is kept up best wants Node 22, others bring readers of
 * XML that nothing here needs, the best known one has not changed for two years and comes with 121 packages, one of them native.
 */
export class SystemdReader implements ServiceReader {
  readonly #io: Io;
  readonly #asked: Asked;
  readonly #client: BusClient;
  readonly #bus: SystemdBus;
  readonly #stamps: Stamps;
  #facts: ReadonlyMap<string, { readonly facts: Facts; readonly at: number }> = new Map();
  /** Units of the last look that was answered; undefined before there was one. */
  #known: readonly string[] | undefined;

  /** @param configured names and patterns, see UNITS_DOC; empty: what a person would call the services of this machine */
  constructor(io: Io, configured: readonly string[]) {
    this.#io = io;
    this.#asked = askedOf(configured);
    this.#client = new BusClient(io, BUS);
    this.#bus = new SystemdBus(this.#client);
    this.#stamps = new Stamps(io.now());
  }

  /** Without systemd: no services, except that named units cannot be read. That costs one look at a directory. */
  async look({ stamp, deadline }: Tick): Promise<Scan> {
    if (this.#io.list(BOOTED) === undefined) {
      return { ...NOTHING, services: unread(this.#asked.names, "systemd does not run on this machine") };
    }
    const records = await this.#read(stamp, deadline);
    if (records.kind === "malformed") return this.#failed(records.reason);
    const services = [...records.value].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#known = services.map(({ name }) => name);
    return { ...NOTHING, services };
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #read(stamp: Stamp, deadline: AbortSignal): Promise<Parsed<readonly ServiceRecord[]>> {
    const listed = await this.#list(deadline);
    if (listed.kind === "malformed") return listed;
    const { units, refused } = listed.value;
    const renewed = await this.#renewFacts(units, stamp.mono, deadline);
    if (renewed.kind === "malformed") return renewed;
    const chosen = this.#asked.any ? units : units.filter((unit) => isService(unit, this.#factsOf(unit)));
    const readings = await this.#bus.properties(chosen, wanted, deadline);
    if (readings.kind === "malformed") return readings;
    this.#stamps.turn(stamp);
    const records = [...readings.value].flatMap(([unit, reading]) =>
      reading.kind === "ok"
        ? recordOf(unit, this.#factsOf(unit), reading.value, this.#stamps)
        : unread([unit.name], reading.reason),
    );
    return ok([...records, ...refused]);
  }

  /** The units to look at, each once although it may have been named twice, and the names that systemd refuses. */
  async #list(deadline: AbortSignal): Promise<Parsed<{ units: readonly Unit[]; refused: readonly ServiceRecord[] }>> {
    const { any, names, patterns } = this.#asked;
    const listing = await this.#bus.units(names, any ? patterns : ["*.service"], deadline);
    if (listing.kind === "malformed") return listing;
    const { named, matching } = listing.value;
    const refused = names.flatMap((name, place) => refusalOf(name, named[place]));
    const found = named.flatMap((rows) => (rows.kind === "ok" ? rows.value : []));
    const all = [...found, ...matching.filter(any ? isThere : mayBeService)];
    return ok({ units: [...new Map(all.map((unit) => [unit.name, unit])).values()], refused });
  }

  #factsOf({ name }: Unit): Facts {
    return this.#facts.get(name)?.facts ?? NO_FACTS;
  }

  /** Reads what is not known or old, and forgets units that are gone. */
  async #renewFacts(units: readonly Unit[], mono: number, deadline: AbortSignal): Promise<Parsed<void>> {
    const kept = units.flatMap(({ name }) => {
      const known = this.#facts.get(name);
      return known === undefined || mono - known.at >= FACTS_SECONDS ? [] : [[name, known] as const];
    });
    const fresh = new Map(kept);
    const readings = await this.#bus.properties(
      units.filter(({ name }) => !fresh.has(name)),
      () => FACTS,
      deadline,
    );
    if (readings.kind === "malformed") return readings;
    for (const [{ name }, reading] of readings.value) {
      if (reading.kind === "ok") fresh.set(name, { facts: factsOf(reading.value), at: mono });
    }
    this.#facts = fresh;
    return ok(undefined);
  }

  /** What was known stays in the list. A systemd that never had a bus is as good as none, but `doctor` shall say it. */
  #failed(reason: string): Scan {
    const noBus = /\bENOENT\b/.test(reason);
    const findings = [
      { what: "systemd", found: reason, mend: noBus ? INSTALL : reason.includes("EACCES") ? ADMIT : LOOK },
    ];
    if (noBus && !this.#asked.any && this.#known === undefined) return { ...NOTHING, findings };
    return { services: unread(this.#known ?? this.#asked.names, reason), incomplete: reason, findings };
  }
}

/** systemd passes over names that cannot be those of units. */
function refusalOf(name: string, rows: Parsed<readonly Unit[]> | undefined): readonly ServiceRecord[] {
  if (rows?.kind === "malformed") return unread([name], rows.reason);
  return rows?.value.length === 0 ? unread([name], `systemd takes "${name}" for no name of a unit`) : [];
}

function unread(names: readonly string[], reason: string): readonly ServiceRecord[] {
  return names.map((name) => ({
    kind: "unread",
    name,
    supervisor: "systemd",
    path: "",
    state: "cannot read",
    reason,
  }));
}
