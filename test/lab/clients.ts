import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll } from "vitest";

const AGAIN_MS = 300;

const crowds = new Set<Crowd>();
afterAll(() => {
  for (const crowd of crowds) crowd.leave();
});

interface At {
  readonly host: string;
  readonly port: number;
}

/** Opens idle connections, some of which may not be let in: these try again and again. Answers how to end them. */
export async function occupy(at: At, count: number): Promise<() => void> {
  const crowd = new Crowd(at, count);
  crowds.add(crowd);
  await crowd.come();
  return () => crowd.leave();
}

class Crowd {
  readonly #at: At;
  readonly #count: number;
  readonly #timer: NodeJS.Timeout;
  #sockets: readonly Socket[] = [];

  constructor(at: At, count: number) {
    this.#at = at;
    this.#count = count;
    this.#timer = setInterval(() => this.#fill(), AGAIN_MS);
  }

  /** Resolves when the first one is connected. */
  async come(): Promise<void> {
    this.#fill();
    const [first] = this.#sockets;
    if (first !== undefined) await once(first, "connect");
  }

  leave(): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #fill(): void {
    const there = this.#sockets.filter(({ destroyed }) => !destroyed);
    const more = Array.from({ length: this.#count - there.length }, () => connect(this.#at));
    for (const socket of more) socket.on("error", () => undefined).resume();
    this.#sockets = [...there, ...more];
  }
}
