/** The zabbix format has a whole sweep in one line. Longer ones are passed over. */
const LONGEST_LINE = 2 ** 22;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Cuts lines out of chunks; what is no whole line yet is kept for the next chunk, as far as a line may be long. */
export class LineSplitter {
  /** Its first bytes are the beginning of a line. */
  #rest = Buffer.alloc(0);
  /** Of that line; more than the rest holds once it is too long. */
  #restBytes = 0;
  #tooLong = 0;

  /** Lines passed over so far. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** @param bytes are not kept */
  *lines(bytes: Buffer): Generator<string> {
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const line = this.#line(bytes.subarray(start, end));
      start = end + 1;
      if (line !== undefined) yield line;
    }
    this.#keep(bytes.subarray(start));
  }

  /** What came without a line feed, as a line; undefined: nothing. */
  end(): string | undefined {
    return this.#restBytes === 0 ? undefined : this.#line(Buffer.alloc(0));
  }

  /** Forgets the line that has begun. */
  drop(): void {
    this.#restBytes = 0;
    this.#rest = Buffer.alloc(0);
  }

  #line(end: Buffer): string | undefined {
    if (this.#restBytes === 0) return this.#text(end);
    this.#keep(end);
    const [whole, length] = [this.#rest, this.#restBytes];
    this.drop();
    return length > LONGEST_LINE ? this.#pass() : this.#text(whole.subarray(0, length));
  }

  #keep(bytes: Buffer): void {
    const length = this.#restBytes + bytes.length;
    if (length <= LONGEST_LINE) {
      if (length > this.#rest.length) this.#rest = enlarged(this.#rest, length);
      bytes.copy(this.#rest, this.#restBytes);
    }
    this.#restBytes = length;
  }

  /** NULs stand where a file was truncated under a writer that did not append. */
  #text(bytes: Buffer): string | undefined {
    if (bytes.length > LONGEST_LINE) return this.#pass();
    let start = 0;
    while (bytes[start] === 0) start += 1;
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    return bytes.toString("utf8", start, Math.max(start, end));
  }

  #pass(): undefined {
    this.#tooLong += 1;
    return undefined;
  }
}

/** Twice as much as is needed now, so that small pieces of a long line are not copied over and over. */
function enlarged(buffer: Buffer, bytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(2 * bytes);
  buffer.copy(larger);
  return larger;
}
