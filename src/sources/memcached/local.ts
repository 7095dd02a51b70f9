import { endpointText } from "../../io/endpoint.ts";
import { shortName } from "../../items/short-name.ts";
import type { Finding, Remembered } from "../source.ts";
import { type Address, hostAddress, labelsOf, parseAddress } from "./address.ts";
import { Processes } from "./processes.ts";
import { type Common, Target, type TargetSpec } from "./target.ts";

const NOTHING_EXPECTED: ReadonlyMap<string, string> = new Map();

/**
 * The instances of this machine, when none is configured: 127.0.0.1:11211 if something listens there, and every
 * process whose command line is memcached; no other port is ever touched. One that was found stays, whatever becomes
 * of it, until it is forgotten.
 */
export class LocalTargets {
  readonly #common: Common;
  readonly #processes: Processes;
  readonly #found = new Map<string, Target>();
  /** Not listed before they have accepted a connection. */
  readonly #candidates = new Map<string, Target>();

  constructor(common: Common, remembered: ReadonlyMap<string, Remembered>) {
    this.#common = common;
    this.#processes = new Processes(common.io);
    for (const { labels } of remembered.values()) {
      const address = parseAddress(labels["URI"] ?? "");
      if (address.kind === "ok") this.#place(this.#found, localSpec(address.value, NOTHING_EXPECTED));
    }
  }

  get found(): ReadonlyMap<string, Target> {
    return this.#found;
  }

  get findings(): readonly Finding[] {
    return this.#processes.findings;
  }

  /** Looks for new ones. Answers all that are to be sampled. */
  async look(): Promise<readonly Target[]> {
    const running = await this.#processes.look();
    const specs = running.flatMap(({ address, expected }) =>
      address === undefined ? [] : [localSpec(address, expected)],
    );
    const standard = localSpec(hostAddress("127.0.0.1", 11211), NOTHING_EXPECTED);
    if (!specs.some(({ name }) => name === standard.name)) specs.push(standard);
    for (const [name, { spec }] of this.#candidates) {
      if (!specs.some((wanted) => wanted.name === spec.name)) this.#remove(this.#candidates, name);
    }
    for (const spec of specs) this.#place(this.#found.has(spec.name) ? this.#found : this.#candidates, spec);
    return [...this.#found.values(), ...this.#candidates.values()];
  }

  /** Takes a candidate that listens into the list. True: it was none before. */
  adopt(name: string): boolean {
    const candidate = this.#candidates.get(name);
    if (candidate === undefined) return false;
    this.#candidates.delete(name);
    this.#found.set(name, candidate);
    return true;
  }

  /** One that still runs will be found again. False: there is none of this name. */
  forget(name: string): boolean {
    this.#processes.startOver();
    return this.#remove(this.#found, name);
  }

  close(): void {
    for (const target of [...this.#found.values(), ...this.#candidates.values()]) target.close();
  }

  /** A process that was started anew with other settings is expected to have those. */
  #place(among: Map<string, Target>, spec: TargetSpec): void {
    const known = among.get(spec.name);
    if (known !== undefined && (spec.expected.size === 0 || same(known.spec.expected, spec.expected))) return;
    known?.close();
    among.set(spec.name, new Target(spec, this.#common));
  }

  #remove(among: Map<string, Target>, name: string): boolean {
    among.get(name)?.close();
    return among.delete(name);
  }
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, text]) => b.get(name) === text);
}

/** Nobody told us by which authority the certificate of an own process is signed. */
function localSpec(address: Address, expected: ReadonlyMap<string, string>): TargetSpec {
  const unverified = { ca: undefined, cert: undefined, key: undefined, serverName: undefined, verify: false };
  return {
    name: shortName(endpointText(address.endpoint)),
    labels: labelsOf(address, { POOL: "" }),
    access: { address, tls: address.tls ? unverified : undefined, login: undefined },
    protocol: "auto",
    timeout: undefined,
    expected,
  };
}
