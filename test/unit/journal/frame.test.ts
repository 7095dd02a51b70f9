import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrames, type JournalRecord, scanFrames } from "../../../src/journal/frame.ts";

const GOOD = encodeFrames([
  { slot: 1, body: Buffer.from("one") },
  { slot: 2, body: Buffer.from("two") },
]);
const FIRST = 17;

function scan(bytes: Buffer, from = 0) {
  const records: JournalRecord[] = [];
  const end = scanFrames(bytes, from, (slot, body) => records.push({ slot, body }));
  return { records, end };
}

test("encodeFrames: size, CRC, slot and body stand where the format says", () => {
  const frame = encodeFrames([{ slot: 29_726_480, body: Buffer.from("abc") }]);
  expect(frame.toString("hex")).toBe("090000006e1090f01097c5010000616263");
});

test("encodeFrames: the caller may use its buffer again at once", () => {
  const body = Buffer.from("kept");
  const frames = encodeFrames([{ slot: 1, body }]);
  body.fill(0);
  expect(scan(frames).records[0]?.body.toString()).toBe("kept");
});

test("scanFrames gives back what encodeFrames was given", () => {
  const slot = fc.integer({ min: -1, max: 2 ** 47 - 1 });
  const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(fc.record({ slot, body }, { noNullPrototype: true })), (records) => {
      const frames = encodeFrames(records);
      expect(scan(frames)).toEqual({ records, end: frames.length });
    }),
  );
});

test("scanFrames visits only what stands behind its offset", () => {
  expect(scan(GOOD, FIRST).records.map(({ slot }) => slot)).toEqual([2]);
});

const cases: readonly { name: string; damage: (bytes: Buffer) => Buffer; end: number }[] = [
  { name: "cut in the second frame", damage: (bytes) => bytes.subarray(0, -1), end: FIRST },
  { name: "cut in the first frame's size", damage: (bytes) => bytes.subarray(0, 3), end: 0 },
  { name: "zeroes behind the last frame", damage: (bytes) => Buffer.concat([bytes, Buffer.alloc(64)]), end: 2 * FIRST },
  { name: "zeroes all over", damage: (bytes) => Buffer.alloc(bytes.length), end: 0 },
  { name: "bit flipped in the first body", damage: (bytes) => flipped(bytes, 15), end: 0 },
  { name: "bit flipped in the second slot", damage: (bytes) => flipped(bytes, FIRST + 8), end: FIRST },
  { name: "bit flipped in the second CRC", damage: (bytes) => flipped(bytes, FIRST + 4), end: FIRST },
  { name: "size smaller than a slot", damage: (bytes) => withSize(bytes, 5), end: 0 },
  { name: "size one too large, into the next frame", damage: (bytes) => withSize(bytes, 10), end: 0 },
  { name: "size over all bytes there are", damage: (bytes) => withSize(bytes, 0xffff_ffff), end: 0 },
];
for (const { name, damage, end } of cases) {
  test(`scanFrames stops at the first bad frame: ${name}`, () => {
    const scanned = scan(damage(Buffer.from(GOOD)));
    expect(scanned.end).toBe(end);
    expect(scanned.records.map(({ slot }) => slot)).toEqual([1, 2].slice(0, end / FIRST));
  });
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}

function withSize(bytes: Buffer, size: number): Buffer {
  bytes.writeUInt32LE(size, 0);
  return bytes;
}
