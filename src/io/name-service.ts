import { lookup } from "node:dns/promises";

/** Looks names up, and what it takes not to wait for that for ever. A test replaces it whole. */
export interface NameService {
  /** All addresses of a name. Rejects when there are none. */
  resolve(name: string): Promise<readonly string[]>;
  /** Monotonic seconds. */
  seconds(): number;
  /** Calls back once after so many seconds; the returned function cancels. */
  after(seconds: number, callback: () => void): () => void;
}

/** Names as the system knows them: /etc/hosts, DNS and whatever else nsswitch.conf lists. */
export const SYSTEM_NAMES: NameService = {
  resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  seconds: () => performance.now() / 1_000,
  after: (seconds, callback) => {
    const timer = setTimeout(callback, seconds * 1_000);
    return () => clearTimeout(timer);
  },
};
