const MOST_REPLIES = 1024;
const MOST_BYTES = 4 << 20;
const LARGEST_REQUEST = 4096;

interface Kept {
  readonly reply: Buffer;
  readonly until: number;
}

/**
 * Finished reply packets by the exact bytes of their requests: the same key in the same form needs neither decoding nor
 * encoding a second time. Everything is forgotten when the registry's generation changes, and when it grows too large.
 */
export class ReplyCache {
  readonly #kept = new Map<string, Kept>();
  #generation = -1;
  #bytes = 0;

  /** @param now monotonic seconds */
  get(request: Buffer, generation: number, now: number): Buffer | undefined {
    if (generation !== this.#generation || request.length > LARGEST_REQUEST) return undefined;
    const kept = this.#kept.get(request.toString("latin1"));
    return kept !== undefined && kept.until >= now ? kept.reply : undefined;
  }

  /** @param until the monotonic second to which the reply holds as long as the generation stays; 0: it is not kept */
  put(request: Buffer, { reply, until }: Kept, generation: number): void {
    if (until === 0 || request.length > LARGEST_REQUEST) return;
    const bytes = request.length + reply.length;
    const full = this.#kept.size >= MOST_REPLIES || this.#bytes + bytes > MOST_BYTES;
    if (full || generation !== this.#generation) this.clear();
    this.#generation = generation;
    this.#bytes += bytes;
    this.#kept.set(request.toString("latin1"), { reply, until });
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
