import type { Reader } from "../../io/connection.ts";

// A reply to an HTTP/1.0 request (RFC 1945): no chunks, and no second reply on the same connection.
//
//   reply  := "HTTP/1." digit SP status [SP text] CR LF (name ":" value CR LF)* CR LF body
//   body   := octet[Content-Length] | octet*                  ; to the end of the connection

const MOST_HEAD_BYTES = 2 ** 14;
/** The scoreboard has one byte for each of server.max-connections. */
const MOST_BODY_BYTES = 2 ** 20;
const END_OF_HEAD = "\r\n\r\n";

/** What a reply says before its body. */
export interface Head {
  readonly status: number;
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads one page. Only that of a 200 has a body that is read. */
export class PageReader implements Reader {
  #text = "";
  #head: Head | undefined;
  #received = 0;
  #fault: string | undefined;

  /** Bytes that came. */
  get received(): number {
    return this.#received;
  }

  get head(): Head | undefined {
    return this.#head;
  }

  /** What came of the body; latin1. */
  get body(): string {
    return this.#head === undefined ? "" : this.#text;
  }

  /** Why this is no page, or no page that will be read; a lower-case fragment. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether the page is whole, given that nothing more comes. */
  get isWhole(): boolean {
    const length = this.#length;
    return this.#head !== undefined && (length === undefined || this.#text.length >= length);
  }

  feed(chunk: Uint8Array): boolean {
    this.#received += chunk.length;
    this.#text += Buffer.from(chunk).toString("latin1");
    if (this.#head === undefined && !this.#readHead()) return this.#fault !== undefined;
    if (this.#head?.status !== 200) return true;
    if (this.#text.length > MOST_BODY_BYTES) this.#fault = `more than ${MOST_BODY_BYTES} bytes in one page`;
    if (this.#head.fields.has("transfer-encoding")) this.#fault = "a page in chunks, which HTTP/1.0 does not have";
    return this.#fault !== undefined || (this.#length !== undefined && this.isWhole);
  }

  /** Undefined: to the end of the connection. */
  get #length(): number | undefined {
    const length = this.#head?.fields.get("content-length");
    return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  }

  /** True: it is whole. */
  #readHead(): boolean {
    if (!"HTTP/1.".startsWith(this.#text.slice(0, 7))) this.#fault = "no HTTP";
    const end = this.#text.indexOf(END_OF_HEAD);
    if (end < 0 && this.#text.length > MOST_HEAD_BYTES) this.#fault = `more than ${MOST_HEAD_BYTES} bytes of header`;
    if (end < 0 || this.#fault !== undefined) return false;
    const [first = "", ...lines] = this.#text.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.\d (\d{3})(?: |$)/.exec(first)?.[1];
    if (status === undefined) {
      this.#fault = "no HTTP status";
      return false;
    }
    this.#text = this.#text.slice(end + END_OF_HEAD.length);
    this.#head = { status: Number(status), fields: new Map(lines.map(field)) };
    return true;
  }
}

function field(line: string): readonly [string, string] {
  const [name = "", value = ""] = line.split(/:(.*)/s);
  return [name.trim().toLowerCase(), value.trim()];
}
