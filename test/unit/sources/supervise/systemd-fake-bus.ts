import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";

/** Messages that systemd 252 and its bus sent to one look at demo-crash, -failed, -stopped, -up and nosuch. */
export const ANSWERS: readonly Buffer[] = readFileSync("test/samples/systemd/252-bus-answers.hex", "latin1")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));

/** Unanswered calls the bus has met at most, and serials in their order. */
export interface Met {
  most: number;
  readonly serials: number[];
}

export interface FakeBus {
  readonly socket: Duplex;
  readonly met: Met;
}

/**
 * A bus that answers each call with what was recorded for its serial.
 * @param cut bytes of each chunk it sends
 * @param answer instead of the recorded one; undefined: none at all
 */
export function fakeBus({
  cut = 65536,
  login = "DATA\r\nOK 0123456789abcdef\r\n",
  answer = (recorded: Buffer | undefined): Buffer | undefined => recorded,
} = {}): FakeBus {
  const recorded = new Map(ANSWERS.map((message) => [replySerial(message), message]));
  const met: Met = { most: 0, serials: [] };
  let unread: Buffer = Buffer.alloc(0);
  let open = 0;
  const send = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; at += cut) socket.push(bytes.subarray(at, at + cut));
  };
  const socket: Duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      const text = chunk.toString("latin1");
      if (text.startsWith("\0AUTH EXTERNAL\r\n")) send(Buffer.from(login));
      else if (text !== "BEGIN\r\n") {
        const { calls, rest } = callsOf(Buffer.concat([unread, chunk]));
        unread = rest;
        open += calls.length;
        met.most = Math.max(met.most, open);
        met.serials.push(...calls);
        setImmediate(() => {
          open -= calls.length;
          for (const serial of calls) send(answer(recorded.get(serial)) ?? Buffer.alloc(0));
        });
      }
      done();
    },
  });
  return { socket, met };
}

/** The serials of the calls in a stream; message := "l" type flags version bodyLength:u32 serial:u32 fieldsLength:u32 ... */
function callsOf(bytes: Buffer): { readonly calls: readonly number[]; readonly rest: Buffer } {
  const calls: number[] = [];
  let at = 0;
  while (bytes.length - at >= 16) {
    const end = at + Math.ceil((16 + bytes.readUInt32LE(at + 12)) / 8) * 8 + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    calls.push(bytes.readUInt32LE(at + 8));
    at = end;
  }
  return { calls, rest: bytes.subarray(at) };
}

/** Field 5, type u: `05 01 75 00` and four bytes. */
function replySerial(message: Buffer): number {
  const at = message.indexOf(Buffer.from([5, 1, 0x75, 0]));
  return at === -1 ? 0 : message.readUInt32LE(at + 4);
}
