import { endpointText, type HostPort } from "../../io/endpoint.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Redirect } from "../../zabbix/active.ts";
import { parseServer } from "../server-address.ts";

/**
 * The nodes of one ServerActive entry, of which one is in use. A node stays in use until it fails; there is no way back
 * to the first one. The address that a proxy redirects to is asked before all of them, until it fails.
 */
export class Cluster {
  readonly #nodes: readonly [HostPort, ...HostPort[]];
  #node = 0;
  #redirect: HostPort | undefined;
  #revision = 0;
  /** Nodes that failed since one worked. */
  #failures = 0;

  /** @param nodes at least one */
  constructor(nodes: readonly [HostPort, ...HostPort[]]) {
    this.#nodes = nodes;
  }

  get current(): HostPort {
    return this.#redirect ?? this.#nodes[this.#node] ?? this.#nodes[0];
  }

  worked(): void {
    this.#failures = 0;
  }

  /** Goes on to the next node. False: every one has failed since one worked, so it is time for a pause. */
  failed(): boolean {
    const places = this.#nodes.length + (this.#redirect === undefined ? 0 : 1);
    if (this.#redirect === undefined) this.#node = (this.#node + 1) % this.#nodes.length;
    this.#redirect = undefined;
    this.#failures += 1;
    if (this.#failures < places) return true;
    this.#failures = 0;
    return false;
  }

  /** Follows a redirect; the request is to be repeated at once. Malformed: it cannot be followed. */
  follow(redirect: Redirect): Parsed<undefined> {
    if (redirect.kind === "reset") {
      this.#redirect = undefined;
      return ok(undefined);
    }
    if (redirect.revision < this.#revision) return malformed(`it redirects to "${redirect.address}", as it did before`);
    const endpoint = parseServer(redirect.address);
    if (endpoint.kind === "malformed") return malformed(`it redirects to "${redirect.address}": ${endpoint.reason}`);
    if (endpointText(endpoint.value) === endpointText(this.current)) return malformed("it redirects to itself");
    this.#redirect = endpoint.value;
    this.#revision = redirect.revision;
    return ok(undefined);
  }
}
