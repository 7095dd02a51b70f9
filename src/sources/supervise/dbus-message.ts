import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import { decodePrefix, decodeValues, type Value } from "./dbus-value.ts";

/** One method call. An argument is a text (`s`) or a list of texts (`as`): nothing else is ever asked with. */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly args: readonly (string | readonly string[])[];
}

/** What came in. `serial`: of the call that it answers; 0 when it answers none. `error`: the name of the error. */
export interface Message {
  readonly kind: "return" | "error" | "other";
  readonly serial: number;
  readonly error: string;
  readonly signature: string;
  readonly body: Uint8Array;
  readonly little: boolean;
}

/** No answer of a service manager is longer: 10,000 units make about 3 MB. */
const MOST_BYTES = 2 ** 24;

const FIXED_BYTES = 16;
const METHOD_CALL = 1;
const KINDS: Readonly<Record<number, Message["kind"]>> = { 2: "return", 3: "error" };
/** A service that does not run is not started by our question. */
const NO_AUTO_START = 2;
const VERSION = 1;
const FIELD = { path: 1, interface: 2, member: 3, error: 4, replySerial: 5, destination: 6, signature: 8 };

/**
 * The bytes of a call. Source: D-Bus specification, "Message Protocol".
 *   message := endian:u8 type:u8 flags:u8 version:u8 bodyLength:u32 serial:u32 fields:a(yv) padding-to-8 body
 */
export function encodeCall(call: Call, serial: number): Uint8Array {
  const body = new Writer();
  for (const argument of call.args) typeof argument === "string" ? body.text(argument) : body.texts(argument);
  const fields = new Writer();
  fields.field(FIELD.path, "o", call.path);
  fields.field(FIELD.interface, "s", call.interface);
  fields.field(FIELD.member, "s", call.member);
  fields.field(FIELD.destination, "s", call.destination);
  const signature = call.args.map((argument) => (typeof argument === "string" ? "s" : "as")).join("");
  if (signature !== "") fields.field(FIELD.signature, "g", signature);
  const message = new Writer();
  message.bytes(Uint8Array.of(0x6c, METHOD_CALL, NO_AUTO_START, VERSION));
  message.u32(body.size);
  message.u32(serial);
  message.u32(fields.size);
  message.bytes(fields.taken());
  message.align(8);
  message.bytes(body.taken());
  return message.taken();
}

/** Puts values one behind the other; little-endian. Starts at a multiple of 8, as fields and body do. */
class Writer {
  size = 0;
  readonly #parts: Uint8Array[] = [];

  bytes(part: Uint8Array): void {
    this.#parts.push(part);
    this.size += part.length;
  }

  align(to: number): void {
    this.bytes(new Uint8Array((to - (this.size % to)) % to));
  }

  u32(word: number): void {
    this.align(4);
    const part = Buffer.alloc(4);
    part.writeUInt32LE(word);
    this.bytes(part);
  }

  text(text: string): void {
    const part = Buffer.from(`${text}\0`, "utf8");
    this.u32(part.length - 1);
    this.bytes(part);
  }

  texts(texts: readonly string[]): void {
    const items = new Writer();
    for (const text of texts) items.text(text);
    this.u32(items.size);
    this.bytes(items.taken());
  }

  field(code: number, type: "o" | "s" | "g", text: string): void {
    this.align(8);
    this.bytes(Uint8Array.of(code, 1, type.charCodeAt(0), 0));
    if (type === "g") this.bytes(Buffer.from(`${String.fromCharCode(text.length)}${text}\0`, "latin1"));
    else this.text(text);
  }

  taken(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Cuts a stream into messages, however it was split. After a malformed one nothing more can be read from the stream. */
export class MessageReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #wanted = FIXED_BYTES;

  /** @returns the messages that are whole now; malformed when the stream is none of D-Bus or a message is too large */
  feed(chunk: Uint8Array): Parsed<readonly Message[]> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const found: Message[] = [];
    while (this.#size >= this.#wanted) {
      const bytes = this.#joined();
      const length = messageLength(bytes);
      if (length.kind === "malformed") return length;
      this.#wanted = length.value;
      if (bytes.length < length.value) break;
      const message = decodeMessage(bytes.subarray(0, length.value));
      if (message.kind === "malformed") return message;
      found.push(message.value);
      this.#keep(bytes.subarray(length.value));
    }
    return ok(found);
  }

  #joined(): Buffer {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }

  #keep(rest: Uint8Array): void {
    this.#chunks = [rest];
    this.#size = rest.length;
    this.#wanted = FIXED_BYTES;
  }
}

function isLittle(bytes: Uint8Array): boolean | undefined {
  return bytes[0] === 0x6c ? true : bytes[0] === 0x42 ? false : undefined; // "l", "B"
}

/** Bytes of the whole message, from its first 16. */
function messageLength(bytes: Buffer): Parsed<number> {
  const little = isLittle(bytes);
  if (little === undefined) return malformed(`expected a D-Bus message, got byte 0x${bytes.toString("hex", 0, 1)}`);
  const word = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const length = Math.ceil((FIXED_BYTES + word(12)) / 8) * 8 + word(4);
  return length > MOST_BYTES ? malformed(`a D-Bus message of ${length} bytes, at most ${MOST_BYTES}`) : ok(length);
}

/** @param bytes one whole message */
function decodeMessage(bytes: Buffer): Parsed<Message> {
  const little = isLittle(bytes) ?? true;
  const { values, end } = decodePrefix(bytes, "yyyyuua(yv)", little);
  if (values.kind === "malformed") return malformed(`D-Bus header: ${values.reason}`);
  const [, type, , , , , fields] = values.value;
  const field = fieldsOf(fields);
  return ok({
    kind: KINDS[Number(type)] ?? "other",
    serial: numberOf(field.get(FIELD.replySerial)),
    error: textOf(field.get(FIELD.error)),
    signature: textOf(field.get(FIELD.signature)),
    body: bytes.subarray(Math.ceil(end / 8) * 8),
    little,
  });
}

function fieldsOf(fields: Value | undefined): ReadonlyMap<number, Value> {
  const pairs = Array.isArray(fields) ? fields : [];
  return new Map(pairs.flatMap((pair) => (Array.isArray(pair) ? [[Number(pair[0]), pair[1]] as const] : [])));
}

function numberOf(value: Value | undefined): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What a message says: the values of an answer, or malformed with the error's name and its own words. */
export function contentsOf({ kind, error, body, signature, little }: Message): Parsed<readonly Value[]> {
  const values = decodeValues(body, signature, little);
  if (kind !== "error") return values;
  const words = values.kind === "ok" ? textOf(values.value[0]) : "";
  const name = error === "" ? "an error without a name" : error;
  return malformed(words === "" ? name : `${words} (${name})`);
}
