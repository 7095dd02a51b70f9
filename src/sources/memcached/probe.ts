import { Connection, type Ending, type Reader } from "../../io/connection.ts";
import type { Io, TlsOptions } from "../../io/io.ts";
import { type Access, readTlsFiles } from "./access.ts";
import type { Address } from "./address.ts";
import { failureOf } from "./attempt.ts";
import { LineReader } from "./line-reader.ts";
import { UNAUTHENTICATED } from "./parse.ts";

/** What the server is expected to speak. */
export type Spoken = "text" | "binary";

/** VERSION (opcode 0x0b) in memcached's binary protocol: magic 0x80, opcode, nothing else. SASL servers answer it before the login. */
const BINARY_VERSION = Buffer.from(`800b${"00".repeat(22)}`, "hex");

const BINARY_REPLY = 0x81;

/** A ClientHello with one cipher and no extension, too little for most: a TLS server answers with an alert or its own hello. */
const SMALL_HELLO = Buffer.from(`160301002d010000290303${"00".repeat(32)}000002c02b0100`, "hex");

const TLS_RECORDS = [0x15, 0x16];

/**
 * Tries whether a new client gets in, as a client would: connects, asks for the version, closes.
 * @returns why not (a lower-case fragment), undefined when it does
 */
export async function refusal(io: Io, access: Access, spoken: Spoken, ms: number): Promise<string | undefined> {
  const tls = access.tls === undefined ? undefined : readTlsFiles(io, access.tls);
  if (tls?.kind === "malformed") return tls.reason;
  const reader = spoken === "text" ? new LineReader() : new ByteReader();
  const request = spoken === "text" ? "version\r\n" : BINARY_VERSION;
  const ending = await once(io, { address: access.address, tls: tls?.value, request, reader, ms });
  if (reader instanceof ByteReader ? reader.first === BINARY_REPLY : isVersion(reader.line)) return undefined;
  if (reader instanceof LineReader && reader.line !== "") return `"${reader.line}"`;
  return ending.kind === "read"
    ? "no answer of memcached"
    : failureOf(ending, { address: access.address, received: 0, ms }).reason;
}

/** Also a server that wants a login first lets its clients in. */
export function isVersion(line: string): boolean {
  return line.startsWith("VERSION ") || line === UNAUTHENTICATED;
}

/** The answer to `version` in text, asked without TLS like the two questions below; empty: there was none. */
export async function textAnswer(io: Io, address: Address, ms: number): Promise<string> {
  const reader = new LineReader();
  await once(io, { address, tls: undefined, request: "version\r\n", reader, ms });
  return reader.line;
}

export async function speaksText(io: Io, address: Address, ms: number): Promise<boolean> {
  return isVersion(await textAnswer(io, address, ms));
}

export async function speaksBinary(io: Io, address: Address, ms: number): Promise<boolean> {
  const reader = new ByteReader();
  await once(io, { address, tls: undefined, request: BINARY_VERSION, reader, ms });
  return reader.first === BINARY_REPLY;
}

export async function speaksTls(io: Io, address: Address, ms: number): Promise<boolean> {
  const reader = new ByteReader();
  await once(io, { address, tls: undefined, request: SMALL_HELLO, reader, ms });
  return TLS_RECORDS.some((type) => type === reader.first);
}

interface Question {
  readonly address: Address;
  readonly tls: TlsOptions | undefined;
  readonly request: string | Uint8Array;
  readonly reader: Reader;
  readonly ms: number;
}

async function once(io: Io, { address, tls, request, reader, ms }: Question): Promise<Ending> {
  const connection = new Connection(io, address.endpoint, tls);
  const ending = await connection.exchange(request, reader, ms);
  connection.close();
  return ending;
}

/** The first byte of an answer tells its protocol. */
class ByteReader implements Reader {
  first: number | undefined;

  feed(chunk: Uint8Array): boolean {
    this.first ??= chunk[0];
    return true;
  }
}
