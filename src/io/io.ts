import type { Duplex } from "node:stream";
import type { Stamp } from "../ring/sample.ts";

/** Where a stream connection goes. `host` may be a name: it is resolved anew at each connect. */
export type Endpoint =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface TlsOptions {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
}

/** The world as the daemon meets it: time, connections, small local files. A test replaces it whole. */
export interface Io {
  /** The present on both clocks. */
  now(): Stamp;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Opens a connection; emits "connect" ("secureConnect" is mapped to it), "data", "error", "close". Never throws. */
  connect(endpoint: Endpoint, tls?: TlsOptions): Duplex;
  /** Whole small file as text, or undefined when it cannot be read. Never blocks on FIFOs. */
  readText(path: string): string | undefined;
  /** Names in a directory, or undefined when it cannot be read. */
  list(path: string): readonly string[] | undefined;
}
