import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { BusClient, Reply } from "./dbus-client.ts";
import type { Call } from "./dbus-message.ts";
import type { Value } from "./dbus-value.ts";
import { type Properties, type Property, type Unit, unitsOf } from "./systemd-unit.ts";

const SYSTEMD = "org.freedesktop.systemd1";
const MANAGER = { destination: SYSTEMD, path: "/org/freedesktop/systemd1", interface: `${SYSTEMD}.Manager` };

/** Rows for each name, in their order, and rows that match a pattern. */
export interface Listing {
  readonly named: readonly Parsed<readonly Unit[]>[];
  readonly matching: readonly Unit[];
}

/** The two questions that systemd is asked. Malformed as a whole: the bus or systemd did not answer. */
export class SystemdBus {
  readonly #client: BusClient;

  constructor(client: BusClient) {
    this.#client = client;
  }

  /** Each name is a call of its own: systemd refuses a whole list for one impossible name. Patterns meet loaded units only. */
  async units(names: readonly string[], patterns: readonly string[], deadline: AbortSignal): Promise<Parsed<Listing>> {
    const byName = names.map((name): Call => ({ ...MANAGER, member: "ListUnitsByNames", args: [[name]] }));
    const byPattern: Call = { ...MANAGER, member: "ListUnitsByPatterns", args: [[], patterns] };
    const replies = await this.#client.ask(patterns.length === 0 ? byName : [...byName, byPattern], deadline);
    if (replies.kind === "malformed") return replies;
    const rows = replies.value.map((reply) => (reply.kind === "ok" ? unitsOf(reply.value) : reply));
    const matching = rows[names.length] ?? ok([]);
    return matching.kind === "ok" ? ok({ named: rows.slice(0, names.length), matching: matching.value }) : matching;
  }

  /** For each unit what could be read; malformed when nothing could. */
  async properties(
    units: readonly Unit[],
    of: (unit: Unit) => readonly Property[],
    deadline: AbortSignal,
  ): Promise<Parsed<ReadonlyMap<Unit, Parsed<Properties>>>> {
    const asked = units.map((unit) => ({ unit, wanted: of(unit) }));
    const replies = await this.#client.ask(
      asked.flatMap(({ unit, wanted }) => wanted.map((property) => get(unit, property))),
      deadline,
    );
    if (replies.kind === "malformed") return replies;
    let at = 0;
    return ok(
      new Map(
        asked.map(({ unit, wanted }) => {
          at += wanted.length;
          return [unit, readingOf(wanted, replies.value.slice(at - wanted.length, at))];
        }),
      ),
    );
  }
}

function get({ path }: Unit, property: Property): Call {
  const args = [property.interface, property.name];
  return { destination: SYSTEMD, path, interface: "org.freedesktop.DBus.Properties", member: "Get", args };
}

/** A property that this systemd or this kind of unit does not have is left out. */
function readingOf(wanted: readonly Property[], replies: readonly Reply[]): Parsed<Properties> {
  const found = new Map<string, Value>();
  let fault = "nothing was asked";
  for (const [place, { name }] of wanted.entries()) {
    const reply = replies[place];
    const [value] = reply?.kind === "ok" ? reply.value : [];
    if (value !== undefined) found.set(name, value);
    else if (reply?.kind === "malformed") fault = reply.reason;
  }
  return found.size > 0 ? ok(found) : malformed(fault);
}
