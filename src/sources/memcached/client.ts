import type { Io } from "../../io/io.ts";
import type { Access } from "./access.ts";
import type { Attempt } from "./attempt.ts";
import type { Part, Vocabulary } from "./parse.ts";
import type { Spoken } from "./probe.ts";
import { TextClient } from "./text-client.ts";

export const PROTOCOLS = ["auto", "text", "binary"] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** Reads an instance's statistics in the protocol that it speaks. */
export class Client {
  readonly #text: TextClient;

  constructor(io: Io, access: Access, vocabulary: () => Vocabulary) {
    this.#text = new TextClient(io, access, vocabulary);
  }

  get spoken(): Spoken {
    return "text";
  }

  get holds(): boolean {
    return this.#text.holds;
  }

  read(parts: readonly Part[], ms: number): Promise<Attempt> {
    return this.#text.read(parts, ms);
  }

  close(): void {
    this.#text.close();
  }
}
