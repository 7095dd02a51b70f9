import type { Duplex } from "node:stream";
import type { Stamp } from "../ring/sample.ts";
import type { WantedNames } from "./certificate-names.ts";
import type { BytePath, LocalFiles, Reached } from "./local-files.ts";

/** Where a stream connection goes. `host` may be a name: it is resolved anew at each connect. */
export type Endpoint =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** How the peer of a TLS connection proves who it is: by a certificate or by knowing a key. */
export type TlsOptions = CertificateTls | PskTls;

/** PEM texts. `serverName`: expected in the certificate, default the host; `verify` false accepts any certificate. */
export interface CertificateTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
  /** One revocation list each. */
  readonly crl?: readonly string[] | undefined;
  /** OpenSSL's list; default: Node's. */
  readonly ciphers?: string;
  /** What the certificate must say, in place of `serverName`. */
  readonly names?: WantedNames;
}

/** A pre-shared key; `ciphers` must name some that use one. */
export interface PskTls {
  readonly psk: { readonly identity: string; readonly key: Uint8Array };
  readonly ciphers: string;
}

export interface ConnectOptions {
  readonly tls?: TlsOptions;
  readonly lent?: (chunk: Uint8Array) => void;
}

/** Permission bits (0o755) and owner of a file. */
export interface Access {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Something that others send to, until it is closed: then nothing more is heard. */
export interface Listener {
  close(): void;
}

/** A FIFO that is read. */
export interface FifoListener extends Listener {
  /** Whether its path still leads to it: its owner may have removed it or made a new one. Costs one look at the disk. */
  stands(): boolean;
}

/** What comes out of a FIFO. `failed` comes once, never before `listenFifo` has returned, and nothing comes after it. */
export interface FifoHeard {
  /** Bytes as they came, of many writers perhaps: a chunk need not end with a line. */
  chunk(bytes: Buffer): void;
  failed(reason: string): void;
}

/** What comes to a UDP socket. `failed` comes once, never before `listenDatagrams` has returned; nothing comes after it. */
export interface DatagramsHeard {
  /** `from`: the sender's address without its port. Anybody may have written it who can send to the socket. */
  datagram(bytes: Buffer, from: string): void;
  failed(reason: string): void;
}

/** An IP address of this machine, and the interface that has it. */
export interface LocalAddress {
  readonly interface: string;
  readonly address: string;
}

/** The world as the daemon meets it: time, connections, small local files. A test replaces it whole. */
export interface Io {
  /** The present on both clocks. */
  now(): Stamp;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
  /**
   * Opens a connection. It emits "connect" and with TLS then "secureConnect", "data", "error", "close". Never throws:
   * also a bad certificate file arrives as "error".
   * With `lent` there are no "data" events: it is called with each chunk instead, which it must not keep, since all
   * such connections share one buffer. For pollers of many targets.
   */
  connect(endpoint: Endpoint, options?: ConnectOptions): Duplex;
  /**
   * Reads a FIFO for ever without ever blocking: writers may come and go or be missing. What is no FIFO, or may not be
   * read, fails with a reason.
   */
  listenFifo(path: BytePath, heard: FifoHeard): FifoListener;
  /** Binds a UDP socket to an IP address. */
  listenDatagrams(endpoint: { readonly host: string; readonly port: number }, heard: DatagramsHeard): Listener;
  /** Whole small file as text, or undefined when it cannot be read. Never blocks on FIFOs. */
  readText(path: string): string | undefined;
  /** The same without holding up anything else: for what the kernel takes milliseconds to tell, such as /proc/locks. */
  readTextAside(path: string): Promise<string | undefined>;
  /** Names in a directory, or undefined when it cannot be read. */
  list(path: string): readonly string[] | undefined;
  /**
   * How many names a directory has, without holding up anything else however many they are. Fails once the signal
   * aborts.
   */
  countAside(directory: BytePath, signal: AbortSignal): Promise<Reached<number>>;
  /** Of all interfaces that are up, the second and further ones too. */
  addresses(): readonly LocalAddress[];
  /** Who may use a file, or undefined when that cannot be seen. */
  access(path: string): Access | undefined;
  /** The same files by their bytes, with the reason when one cannot be read: for sources that live on status files. */
  readonly files: LocalFiles;
}
