import { EventEmitter } from "node:events";
import memjs from "memjs";
import type { Io } from "../../src/io/io.ts";
import { parseAddress } from "../../src/sources/memcached/address.ts";
import { parseCommandLine } from "../../src/sources/memcached/command-line.ts";
import { LineReader } from "../../src/sources/memcached/line-reader.ts";
import { type LinkEnding, MemjsLink } from "../../src/sources/memcached/memjs-link.ts";
import { newVocabulary, type Part, StatReader, type Verdict } from "../../src/sources/memcached/parse.ts";
import { samples, texts, words } from "./corpus.ts";
import type { Dice } from "./dice.ts";
import { type Fuzzed, must, mustBeNumbers, parsedValue, pieces } from "./fuzzed.ts";

const PARTS: readonly Part[] = ["stats", "items", "slabs", "settings"];
const MOST_CLASSES = 256;
/** Enough for the general names and those of a class, and no more than a table holds. */
const MOST_NAMES = 4096;

const text: Fuzzed = {
  name: "memcached's text protocol",
  stock: () => ({
    corpus: [
      ...samples("memcached", /1\.(2\.5|4\.15|6\.45)-idle-stats.*\.txt$/),
      ...samples("memcached", /1\.6\.(18|45)-idle-stats-settings\.txt$/),
      ...["1.2.5-loaded", "1.4.15-after-reset", "1.6.45-loaded"].map(wholeReading),
      ...texts("ERROR\r\n", "CLIENT_ERROR unauthenticated\r\n", "SERVER_ERROR out of memory writing stats\r\n"),
    ],
    dictionary: words("STAT END\r\n ERROR\r\n RESET\r\n items:1: items:255:age 63: :: STAT\u0020 pid uptime yes"),
  }),
  read: (bytes, dice) => {
    const parts = PARTS.slice(0, 1 + dice.below(PARTS.length));
    const whole = verdictOn([bytes], parts);
    must(
      whole?.kind === "foreign" || shape(whole) === shape(verdictOn(pieces(bytes, dice), parts)),
      "the same verdict however it is cut",
    );
  },
};

/** Replies to all that is asked for, with their first two slab classes: thirty of them would make each case a long one. */
function wholeReading(version: string): Buffer {
  const replies = [
    ...samples("memcached", new RegExp(`^${version}-stats\\.txt$`)),
    ...samples("memcached", new RegExp(`^${version}-stats-items\\.txt$`)),
    ...samples("memcached", new RegExp(`^${version}-stats-slabs\\.txt$`)),
    ...samples("memcached", /^1\.4\.15-idle-stats-settings\.txt$/),
  ];
  const text = Buffer.concat(replies).toString("latin1");
  return Buffer.from(text.replace(/^STAT (?:items:)?(?:[3-9]|\d\d+):.*\r\n/gm, ""), "latin1");
}

function verdictOn(chunks: readonly Buffer[], parts: readonly Part[]): Verdict | undefined {
  const vocabulary = newVocabulary();
  const reader = new StatReader(vocabulary, parts);
  for (const chunk of chunks) if (reader.feed(chunk)) break;
  must(vocabulary.general.size <= MOST_NAMES && vocabulary.slabClass.size <= MOST_NAMES, "a bounded vocabulary");
  return reader.verdict;
}

function shape(verdict: Verdict | undefined): string {
  if (verdict?.kind !== "read") return verdict?.kind ?? "incomplete";
  const { general, classes, texts: others, settings } = verdict.reading;
  must(classes.size <= MOST_CLASSES, "no more classes than there can be");
  for (const row of [general, ...classes.values()]) mustBeNumbers([...row.keys()].map((name) => row.get(name)));
  return JSON.stringify([[...general.keys()], [...classes.keys()], [...others], [...(settings ?? [])]]);
}

/** The bytes of replies to `stats`, "items" and "slabs". Format: memcached's "Binary Protocol Revamped", opcode 0x10. */
function binaryReplies(): Buffer {
  const stats = [
    ["pid", "1"],
    ["uptime", "99"],
    ["curr_items", "18446744073709551615"],
    ["", ""],
  ] as const;
  return Buffer.concat([1, 2, 3].flatMap((opaque) => stats.map(([name, value]) => binaryReply(opaque, name, value))));
}

function binaryReply(opaque: number, name: string, value: string): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt8(0x81, 0);
  header.writeUInt8(0x10, 1);
  header.writeUInt16BE(name.length, 2);
  header.writeUInt32BE(name.length + value.length, 8);
  header.writeUInt32BE(opaque, 12);
  return Buffer.concat([header, Buffer.from(name), Buffer.from(value)]);
}

const binary: Fuzzed = {
  name: "memcached's binary protocol",
  stock: () => ({
    corpus: [binaryReplies(), binaryReply(1, "", ""), binaryReply(1, "pid", "7")],
    dictionary: [
      Buffer.of(0x81, 0x10),
      Buffer.of(0x81, 0x20),
      Buffer.of(0x81, 0x21),
      Buffer.of(0, 0x20),
      ...words("pid items"),
    ],
  }),
  read: async (bytes, dice) => {
    const ending = await exchanged(bytes, dice);
    must(["read", "closed", "refused", "foreign", "late"].includes(ending.kind), "an ending");
    if (ending.kind !== "read") return;
    must(ending.replies.length === 3, "a reply for each request");
    for (const reply of ending.replies)
      must(
        Object.values(reply).every((value) => typeof value === "string"),
        "texts",
      );
  },
};

const WORLD: Pick<Io, "after" | "now"> = { after: () => () => undefined, now: () => ({ clock: 0, mono: 0 }) };

/** One exchange over a socket that is none. */
function exchanged(bytes: Buffer, dice: Dice): Promise<LinkEnding> {
  const address = parsedValue(parseAddress("tcp://127.0.0.1:11211"));
  if (address === undefined) throw new Error("no address");
  const socket = new FakeSocket();
  class FakeServer extends (memjs.Server as unknown as typeof MemjsServer) {
    override sock(_sasl: boolean, go: (socket: FakeSocket) => void): void {
      if (this._socket === undefined) {
        this._socket = socket;
        socket.on("data", (chunk: Buffer) => this.responseHandler(chunk));
      }
      go(socket);
    }
  }
  const module = { ...memjs, Client: memjs.Client, Server: FakeServer } as unknown as typeof memjs;
  const link = new MemjsLink(WORLD as Io, module, address, undefined);
  const ending = link.exchange(["", "items", "slabs"], 1000);
  for (const piece of pieces(bytes, dice)) socket.emit("data", piece);
  socket.emit("close");
  link.close();
  return ending;
}

/** What memjs 1.3.2 has and its types do not say. */
declare class MemjsServer {
  _socket: FakeSocket | undefined;
  responseHandler(chunk: Buffer): void;
  sock(sasl: boolean, go: (socket: FakeSocket) => void): void;
}

class FakeSocket extends EventEmitter {
  write(): void {}
  end(): void {}
  cork(): void {}
  uncork(): void {}
  setTimeout(): void {}
  destroy(): void {
    this.removeAllListeners();
  }
}

const line: Fuzzed = {
  name: "memcached's one-line answers and command lines",
  stock: () => ({
    corpus: texts(
      "STORED\r\n",
      "VERSION 1.6.18\r\n",
      "/usr/bin/memcached\0-m\x0064\0-p\x0011211\0-l\x00127.0.0.1,::1\0-s\0/run/m.sock\0",
    ),
    dictionary: words("-p -l -s --port= --listen=0.0.0.0:1 notls:1.2.3.4 \\0 -U0 -vv"),
  }),
  read: (bytes, dice) => {
    const reader = new LineReader();
    for (const piece of pieces(bytes, dice)) if (reader.feed(piece)) break;
    must(reader.line.length <= 1024 && !reader.line.includes("\n"), "one short line");
    const started = parseCommandLine(bytes.toString("latin1").split("\0"));
    must(started === undefined || typeof started === "object", "what was started, or nothing");
    parsedValue(parseAddress(bytes.toString("utf8")));
  },
};

export const MEMCACHED_PARSERS: readonly Fuzzed[] = [text, binary, line];
