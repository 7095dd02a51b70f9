import type { Dice } from "./dice.ts";

/** What mutants are bred from. */
export interface Stock {
  /** Whole, well-formed inputs; at least one. */
  readonly corpus: readonly Buffer[];
  /** Words that mean something to the parser. */
  readonly dictionary: readonly Buffer[];
}

const LARGEST = 1 << 16;
const MOST_MUTATIONS = 4;
/** Repeated so often, most things are larger than anybody thought. */
const REPEATS = [2, 3, 17, 64, 300, 1100];

const NUMBERS = [
  "0",
  "-1",
  "-0",
  "1e999",
  "1e-9",
  "0.5",
  "0x10",
  "NaN",
  "255",
  "256",
  "65536",
  "2147483648",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740993",
  "18446744073709551615",
  "18446744073709551616",
  "99999999999999999999999999999999",
].map((text) => Buffer.from(text));

/** Bytes that end, quote, escape, nest or are no text at all. */
const ODD = [
  "\0",
  "\n",
  "\r\n",
  "\t",
  " ",
  '"',
  "\\",
  "'",
  "[",
  "]",
  "{",
  "}",
  ",",
  "=",
  ":",
  "*",
  "$",
  "\u2028",
  "\ud83d",
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.of(0xff), Buffer.of(0xc0, 0x80), Buffer.of(0xed, 0xa0, 0x80)]);

/** A well-formed input with up to four things wrong with it; now and then mere noise. */
export function mutant(dice: Dice, { corpus, dictionary }: Stock): Buffer {
  if (dice.below(50) === 0) return dice.bytes(dice.length(2000));
  let bytes = dice.oneOf(corpus) ?? Buffer.alloc(0);
  for (let left = dice.below(MOST_MUTATIONS + 1); left > 0; left--) {
    bytes = mutated(bytes, dice, { corpus, dictionary });
    if (bytes.length > LARGEST) bytes = bytes.subarray(0, LARGEST);
  }
  return Buffer.from(bytes); // some parsers get a view of it, and the corpus must stay as it is
}

type Mutation = (bytes: Buffer, dice: Dice, stock: Stock) => Buffer;

function mutated(bytes: Buffer, dice: Dice, stock: Stock): Buffer {
  return (dice.oneOf(MUTATIONS) ?? flip)(bytes, dice, stock);
}

const flip: Mutation = (bytes, dice) => changed(bytes, dice, (byte) => byte ^ (1 << dice.below(8)));
const overwrite: Mutation = (bytes, dice) => changed(bytes, dice, () => dice.below(256));

const cut: Mutation = (bytes, dice) => bytes.subarray(0, dice.below(bytes.length + 1));
const behead: Mutation = (bytes, dice) => bytes.subarray(dice.below(bytes.length + 1));

const drop: Mutation = (bytes, dice) => {
  const [from, to] = range(bytes, dice);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const repeat: Mutation = (bytes, dice) => {
  const [from, to] = range(bytes, dice);
  const piece = bytes.subarray(from, to);
  const times = dice.oneOf(REPEATS) ?? 2;
  const most = Math.min(times, Math.floor(LARGEST / (piece.length + 1)));
  const repeated = piece.length === 0 ? piece : Buffer.alloc(most * piece.length, piece);
  return Buffer.concat([bytes.subarray(0, to), repeated, bytes.subarray(to)]);
};

const splice: Mutation = (bytes, dice, { corpus }) => {
  const other = dice.oneOf(corpus) ?? bytes;
  return Buffer.concat([bytes.subarray(0, dice.below(bytes.length + 1)), other.subarray(dice.below(other.length + 1))]);
};

const word: Mutation = (bytes, dice, { dictionary }) => put(bytes, dice, dice.oneOf(dictionary) ?? dice.bytes(2));
const odd: Mutation = (bytes, dice) => put(bytes, dice, dice.oneOf(ODD) ?? dice.bytes(1));
const noise: Mutation = (bytes, dice) => put(bytes, dice, dice.bytes(dice.length(300)));

/** Another number where one stands. */
const number: Mutation = (bytes, dice) => {
  const start = bytes.subarray(dice.below(bytes.length + 1));
  const from = bytes.length - start.length + start.findIndex(isDigit);
  if (from < bytes.length - start.length) return put(bytes, dice, dice.oneOf(NUMBERS) ?? dice.bytes(1));
  let to = from;
  while (isDigit(bytes[to])) to++;
  return Buffer.concat([bytes.subarray(0, from), dice.oneOf(NUMBERS) ?? bytes, bytes.subarray(to)]);
};

/** A length or count of the binary kind that promises too much, or nothing. */
const binary: Mutation = (bytes, dice) => {
  const width = [1, 2, 4, 6][dice.below(4)] ?? 1;
  if (bytes.length < width) return dice.bytes(width);
  const copy = Buffer.from(bytes);
  const most = 2 ** (8 * width);
  const value = [0, 1, most - 1, most / 2, most / 2 - 1, bytes.length, bytes.length + 1][dice.below(7)] ?? 0;
  const at = dice.below(bytes.length - width + 1);
  if (dice.below(2) === 0) copy.writeUIntLE(Math.min(value, most - 1), at, width);
  else copy.writeUIntBE(Math.min(value, most - 1), at, width);
  return copy;
};

const MUTATIONS: readonly Mutation[] = [
  flip,
  overwrite,
  cut,
  behead,
  drop,
  repeat,
  splice,
  word,
  word,
  odd,
  noise,
  number,
  number,
  binary,
];

function changed(bytes: Buffer, dice: Dice, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return dice.bytes(1);
  const copy = Buffer.from(bytes);
  const at = dice.below(copy.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

function put(bytes: Buffer, dice: Dice, piece: Buffer): Buffer {
  const at = dice.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function range(bytes: Buffer, dice: Dice): readonly [from: number, to: number] {
  const from = dice.below(bytes.length + 1);
  return [from, from + dice.length(bytes.length - from + 1)];
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
