import fc from "fast-check";
import { expect, test } from "vitest";
import { contentsOf, encodeCall, type Message, MessageReader } from "../../../../src/sources/supervise/dbus-message.ts";
import { parseSignature } from "../../../../src/sources/supervise/dbus-signature.ts";
import { decodeValues } from "../../../../src/sources/supervise/dbus-value.ts";
import { ANSWERS } from "./systemd-fake-bus.ts";

const STREAM = Buffer.concat(ANSWERS);
const CALL = {
  destination: "org.freedesktop.systemd1",
  path: "/org/freedesktop/systemd1",
  interface: "org.freedesktop.systemd1.Manager",
  member: "ListUnitsByPatterns",
};

const good: readonly (readonly [string, string, string, unknown])[] = [
  ["unsigned, signed and small integers", "uiqny", "ffffffff ffffffff ffff feff 07", [4294967295, -1, 65535, -2, 7]],
  ["64 bits, exactly", "txd", "ffffffffffffffff ffffffffffffffff 000000000000f83f", [2n ** 64n - 1n, -1n, 1.5]],
  ["padding before each value", "yut", "01000000 02000000 0300000000000000", [1, 2, 3n]],
  ["text, path and signature", "sog", "02000000 c3a400 00 01000000 2f00 02 617300", ["ä", "/", "as"]],
  ["booleans", "bb", "01000000 00000000", [true, false]],
  ["an empty list of structures, padded", "a(t)", "00000000 00000000", [[]]],
  ["a dictionary of variants", "a{sv}", "10000000 00000000 01000000 6b00 01 7500 000000 09000000", [[["k", 9]]]],
];
for (const [name, signature, hex, want] of good) {
  test(`decodeValues: ${name}`, () => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    expect(decodeValues(bytes, signature, true)).toEqual({ kind: "ok", value: want });
  });
}

test("decodeValues: big-endian as it stands in the flag", () => {
  expect(decodeValues(Buffer.from("0000000100000002", "hex"), "ui", false)).toEqual({ kind: "ok", value: [1, 2] });
});

const bad: readonly (readonly [string, string, string, string])[] = [
  ["cut in a number", "u", "0100", "expected 4 more bytes, got 2"],
  ["a text that reaches behind the end", "s", "ffffff7f 6100", "expected 2147483648 more bytes, got 2"],
  ["a text without NUL", "s", "01000000 6161", "a text without its NUL"],
  ["a list that reaches behind the end", "au", "08000000 01000000", "an array of 8 bytes, more than there are"],
  [
    "a list whose length cuts its last value",
    "au",
    "06000000 01000000 0200 0000",
    "an array whose length cuts a value",
  ],
  ["a boolean of two", "b", "02000000", "a boolean of 2"],
  ["a variant of nothing", "v", "0000", "a variant without a readable type"],
  ["an unknown type", "z", "00", '"z" is no D-Bus signature'],
];
for (const [name, signature, hex, reason] of bad) {
  test(`decodeValues: ${name} is malformed`, () => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    expect(decodeValues(bytes, signature, true)).toEqual({ kind: "malformed", reason });
  });
}

test("decodeValues: variants within variants end somewhere", () => {
  const nested = Buffer.concat([...Array.from({ length: 40 }, () => Buffer.from("017600", "hex")), Buffer.alloc(9)]);
  expect(decodeValues(nested, "v", true)).toEqual({ kind: "malformed", reason: "a variant without a readable type" });
});

for (const signature of ["(", "()", "a", "a{s}", "{sv", "(s", "a)", `${"a".repeat(80)}s`]) {
  test(`parseSignature: "${signature.slice(0, 10)}" is malformed`, () => {
    expect(parseSignature(signature).kind).toBe("malformed");
  });
}

test("encodeCall: header, fields and body as the specification lays them out", () => {
  const message = Buffer.from(encodeCall({ ...CALL, args: [[], ["*.service"]] }, 7));
  const fields = [
    [1, CALL.path],
    [2, CALL.interface],
    [3, CALL.member],
    [6, CALL.destination],
    [8, "asas"],
  ];
  expect(decodeValues(message, "yyyyuua(yv)", true)).toEqual({ kind: "ok", value: [0x6c, 1, 2, 1, 22, 7, fields] });
  expect(message.subarray(-22).toString("hex")).toBe("000000000e000000090000002a2e7365727669636500");
  expect((message.length - 22) % 8).toBe(0);
});

test("MessageReader: what systemd 252 sent", () => {
  const messages = readAll(STREAM, []);
  expect(messages).toHaveLength(ANSWERS.length);
  const list = messages.find(({ signature }) => signature === "a(ssssssouso)");
  const path = "/org/freedesktop/systemd1/unit/demo_2dcrash_2eservice";
  const row = ["demo-crash.service", "Crashes at once", "loaded", "active", "running", "", path, 0, "", "/"];
  expect(list && contentsOf(list)).toEqual({ kind: "ok", value: [[row]] });
});

test("MessageReader: every split decodes alike", () => {
  const whole = readAll(STREAM, []);
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 6 }), (cuts) => {
      expect(readAll(STREAM, cuts)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
  const [first = Buffer.alloc(0)] = ANSWERS;
  for (let cut = 0; cut <= first.length; cut += 1) expect(readAll(first, [cut])).toHaveLength(1);
});

test("MessageReader and contentsOf: no bytes throw", () => {
  const damaged = fc
    .tuple(fc.nat(STREAM.length - 1), fc.uint8Array({ minLength: 1, maxLength: 12 }))
    .map(([at, bytes]) => Buffer.concat([STREAM.subarray(0, at), bytes, STREAM.subarray(at + bytes.length)]));
  const headed = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => Buffer.concat([Buffer.from("6c020001", "hex"), bytes]));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), damaged, headed), (bytes) => {
      const found = new MessageReader().feed(bytes);
      const contents = found.kind === "ok" ? found.value.map(contentsOf) : [found];
      for (const one of contents) expect(["ok", "malformed"]).toContain(one.kind);
    }),
    { numRuns: 500 },
  );
});

test("MessageReader: a message of 1 GB is refused by its head", () => {
  const head = Buffer.from("6c020001000000400100000000000000", "hex");
  expect(new MessageReader().feed(head)).toEqual({
    kind: "malformed",
    reason: "a D-Bus message of 1073741840 bytes, at most 16777216",
  });
});

test("contentsOf: an error without name and words has a reason, too", () => {
  const message: Message = { kind: "error", serial: 1, error: "", signature: "", body: new Uint8Array(), little: true };
  expect(contentsOf(message)).toEqual({ kind: "malformed", reason: "an error without a name" });
});

test("contentsOf: an error says its words and its name", () => {
  const error: Message = {
    kind: "error",
    serial: 1,
    error: "org.freedesktop.DBus.Error.AccessDenied",
    signature: "s",
    body: Buffer.from("020000006e6f00", "hex"),
    little: true,
  };
  expect(contentsOf(error)).toEqual({ kind: "malformed", reason: "no (org.freedesktop.DBus.Error.AccessDenied)" });
  expect(contentsOf({ ...error, signature: "" })).toEqual({ kind: "malformed", reason: error.error });
});

function readAll(bytes: Uint8Array, cuts: readonly number[]): readonly Message[] {
  const reader = new MessageReader();
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((edge, place) => {
    const found = reader.feed(bytes.subarray(edges[place], edge));
    if (found.kind === "malformed") throw new Error(found.reason);
    return found.value;
  });
}
