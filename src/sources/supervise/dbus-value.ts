import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import { parseSignature, type Type } from "./dbus-signature.ts";

/**
 * A value as it was on the wire: 64-bit integers are bigint, arrays and structures are arrays, a dictionary is an
 * array of pairs, a variant is what it holds.
 */
export type Value = string | number | bigint | boolean | readonly Value[];

/** Variants within variants: the specification allows 64 levels in all. */
const MOST_VARIANTS = 16;

/**
 * Reads the values that a signature announces. Source: D-Bus specification, "Marshaling (Wire Format)": each value is
 * padded to its own alignment, counted from the start of the body, which is itself at a multiple of 8.
 * @returns malformed when the bytes end too early, a length points behind the end, or a text or boolean is none
 */
export function decodeValues(bytes: Uint8Array, signature: string, little: boolean): Parsed<readonly Value[]> {
  return decodePrefix(bytes, signature, little).values;
}

/** The same, and where the next byte behind the values is. */
export function decodePrefix(
  bytes: Uint8Array,
  signature: string,
  little: boolean,
): { readonly values: Parsed<readonly Value[]>; readonly end: number } {
  const types = parseSignature(signature);
  if (types.kind === "malformed") return { values: types, end: 0 };
  const cursor = new Cursor(bytes, little);
  const values = types.value.map((type) => cursor.read(type));
  return { values: cursor.reason === undefined ? ok(values) : malformed(cursor.reason), end: cursor.at };
}

/** Once something is wrong it stands at the end of the bytes, and every further read answers at once with nothing. */
class Cursor {
  at = 0;
  reason: string | undefined;
  #variants = 0;
  readonly #bytes: Buffer;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = little;
  }

  read(type: Type): Value {
    this.at = Math.ceil(this.at / type.align) * type.align;
    if ("item" in type) return this.#array(type.item);
    if ("fields" in type) return type.fields.map((field) => this.read(field));
    return this.#basic(type.code);
  }

  #basic(code: string): Value {
    switch (code) {
      case "s":
      case "o":
        return this.#text(this.#unsigned(4));
      case "g":
        return this.#text(this.#unsigned(1));
      case "v":
        return this.#variant();
      case "b":
        return this.#boolean();
      case "x":
      case "t":
      case "d":
        return this.#eight(code);
      case "n":
        return (this.#unsigned(2) << 16) >> 16;
      case "i":
        return this.#unsigned(4) | 0;
      default:
        return this.#unsigned(code === "y" ? 1 : code === "q" ? 2 : 4);
    }
  }

  #unsigned(size: 1 | 2 | 4): number {
    const at = this.#take(size);
    if (at === undefined) return 0;
    return this.#little ? this.#bytes.readUIntLE(at, size) : this.#bytes.readUIntBE(at, size);
  }

  #eight(code: "x" | "t" | "d"): Value {
    const at = this.#take(8);
    if (at === undefined) return 0n;
    if (code === "d") return this.#little ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
    const bits = this.#little ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at);
    return code === "t" ? bits : BigInt.asIntN(64, bits);
  }

  #boolean(): boolean {
    const word = this.#unsigned(4);
    if (word > 1) this.#fail(`a boolean of ${word}`);
    return word === 1;
  }

  #text(length: number): string {
    const at = this.#take(length + 1);
    if (at === undefined) return "";
    if (this.#bytes[at + length] !== 0) this.#fail("a text without its NUL");
    return this.#bytes.toString("utf8", at, at + length);
  }

  #array(item: Type): Value {
    const length = this.#unsigned(4);
    this.at = Math.ceil(this.at / item.align) * item.align;
    const end = this.at + length;
    if (end > this.#bytes.length) this.#fail(`an array of ${length} bytes, more than there are`);
    const found: Value[] = [];
    while (this.reason === undefined && this.at < end) found.push(this.read(item));
    if (this.reason === undefined && this.at !== end) this.#fail("an array whose length cuts a value");
    return found;
  }

  #variant(): Value {
    const types = parseSignature(this.#text(this.#unsigned(1)));
    const [type] = types.kind === "ok" ? types.value : [];
    if (type === undefined || this.#variants >= MOST_VARIANTS) {
      this.#fail("a variant without a readable type");
      return 0;
    }
    this.#variants += 1;
    const held = this.read(type);
    this.#variants -= 1;
    return held;
  }

  /** Where the next `size` bytes are; undefined when there are not so many. */
  #take(size: number): number | undefined {
    const { at } = this;
    if (at + size > this.#bytes.length) {
      this.#fail(`expected ${size} more bytes, got ${Math.max(0, this.#bytes.length - at)}`);
      return undefined;
    }
    this.at += size;
    return at;
  }

  /** The first reason is the one that counts. */
  #fail(reason: string): void {
    this.reason ??= reason;
    this.at = this.#bytes.length;
  }
}
