import { endpointText, type HostPort } from "../../io/endpoint.ts";
import type { Io } from "../../io/io.ts";
import { Programs } from "../../io/programs.ts";
import { shortName } from "../../items/short-name.ts";
import type { Finding, Remembered } from "../source.ts";
import { GEARMAN_PORT } from "./section.ts";
import { Target } from "./target.ts";

const STANDARD: HostPort = { kind: "tcp", host: "127.0.0.1", port: GEARMAN_PORT };
const NAME = shortName(endpointText(STANDARD));

/**
 * The server of this machine, when none is configured: 127.0.0.1:4730 once a gearmand process is seen; no other port
 * is ever touched. One that has accepted a connection stays, whatever becomes of it, until it is forgotten.
 */
export class LocalTarget {
  readonly #io: Io;
  readonly #programs: Programs;
  #target: Target | undefined;
  #isFound: boolean;

  constructor(io: Io, remembered: ReadonlyMap<string, Remembered>) {
    this.#io = io;
    this.#programs = new Programs(io, "gearmand");
    this.#isFound = remembered.has(NAME);
  }

  /** The target to sample; undefined: there is none. */
  async look(): Promise<Target | undefined> {
    const running = await this.#programs.look();
    if (this.#isFound || running.length > 0) this.#target ??= new Target(this.#io, NAME, STANDARD);
    else this.close();
    return this.#target;
  }

  get found(): Target | undefined {
    return this.#isFound ? this.#target : undefined;
  }

  /** It accepts connections. */
  adopt(): void {
    this.#isFound = true;
  }

  /** A gearmand runs, but not where it could be looked for. */
  get finding(): Finding | undefined {
    if (this.#isFound || this.#target === undefined) return undefined;
    return {
      what: "gearmand process",
      found: `one runs, but nothing answers at ${endpointText(STANDARD)}, and other ports are not tried`,
      mend: "name it in the configuration: Gearman.NAME.Address=HOST:PORT",
    };
  }

  /** One that still runs will be found again. False: there is none of this name. */
  forget(name: string): boolean {
    if (!this.#isFound || name !== NAME) return false;
    this.close();
    this.#isFound = false;
    return true;
  }

  close(): void {
    this.#target?.close();
    this.#target = undefined;
  }
}
