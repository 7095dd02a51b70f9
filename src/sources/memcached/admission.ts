import type { Numbers } from "../../ring/sample.ts";

/** Fuller than this, the limit may be reached between the sample and its use. */
const ROOM_SHARE = 0.9;

/**
 * Tells from the statistics alone whether new clients get in: since the sample before, connections were accepted that
 * were not ours, and the limit is not near. Where they say nothing, as on a server whose clients keep their connections,
 * a probe has to be made; it costs nearly as much as the sample.
 */
export class Admission {
  #total = Number.NaN;
  #probes = 0;

  /** Notes a connection that was tried beside the kept one. */
  probed(): void {
    this.#probes++;
  }

  /** To be asked once for each sample. */
  proven(numbers: Numbers): boolean {
    const total = numberOf(numbers, "total_connections");
    const others = total - this.#total - this.#probes;
    this.#total = total;
    this.#probes = 0;
    return others > 0 && hasRoom(numbers);
  }
}

/** memcached counts the descriptors it keeps for itself among its connections. Where the limit is not told, none is free. */
function hasRoom(numbers: Numbers): boolean {
  const taken = numberOf(numbers, "curr_connections") + numberOf(numbers, "reserved_fds");
  return numbers.get("accepting_conns") === 1 && taken < numberOf(numbers, "max_connections") * ROOM_SHARE;
}

function numberOf(numbers: Numbers, name: string): number {
  return Number(numbers.get(name) ?? Number.NaN);
}
