import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeHeader, parseHeader } from "../../../src/journal/header.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

const HEADER = encodeHeader({ step: 60, boot: "c0ffee" });

test("encodeHeader: magic, version, size, step, boot and CRC stand where the format says", () => {
  expect(HEADER.toString("hex")).toBe(
    `${Buffer.from("tidejrnl").toString("hex")}01000000220000000000000000004e406330666665655b992443`,
  );
});

test("parseHeader gives back what encodeHeader was given, whatever follows", () => {
  const steps = fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.double({ min: 0.1, max: 60, noNaN: true }));
  fc.assert(
    fc.property(steps, fc.string({ maxLength: 64, unit: "grapheme" }), fc.uint8Array(), (step, boot, rest) => {
      const header = encodeHeader({ step, boot });
      expect(parseHeader(Buffer.concat([header, rest]))).toEqual(ok({ step, boot, size: header.length }));
    }),
  );
});

function changed(change: (header: Buffer) => unknown): Buffer {
  const header = Buffer.from(HEADER);
  change(header);
  return header;
}

const cases = [
  { name: "shorter than any", bytes: HEADER.subarray(0, 27), reason: "expected a header of at least 28 bytes, got 27" },
  { name: "cut before its end", bytes: HEADER.subarray(0, 33), reason: "its header claims 34 bytes" },
  { name: "zeroes", bytes: Buffer.alloc(64), reason: 'expected "tidejrnl" at its beginning' },
  { name: "other magic", bytes: changed((h) => h.write("T")), reason: 'expected "tidejrnl" at its beginning' },
  { name: "size too small", bytes: changed((h) => h.writeUInt32LE(27, 12)), reason: "its header claims 27 bytes" },
  {
    name: "huge size",
    bytes: changed((h) => h.writeUInt32LE(1 << 30, 12)),
    reason: "its header claims 1073741824 bytes",
  },
  { name: "other step", bytes: changed((h) => h.writeDoubleLE(1, 16)), reason: "its header fails its CRC" },
  { name: "other boot", bytes: changed((h) => h.write("d", 24)), reason: "its header fails its CRC" },
];
for (const { name, bytes, reason } of cases) {
  test(`parseHeader: ${name}`, () => {
    expect(parseHeader(bytes)).toEqual(malformed(reason));
  });
}

test("parseHeader does not look further into another version", () => {
  const foreign = changed((header) => header.writeUInt32LE(2, 8));
  expect(parseHeader(foreign)).toEqual({ kind: "foreign", version: 2 });
});
