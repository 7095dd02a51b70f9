import { expect, test } from "vitest";
import { holderOf, parseLocks } from "../../../src/io/locks.ts";

const TEXT = `1: POSIX  ADVISORY  WRITE 25175 fe:00:1509756 0 EOF
2: FLOCK  ADVISORY  WRITE 77 08:01:42 0 EOF
2: -> FLOCK  ADVISORY  WRITE 78 08:01:42 0 EOF
3: FLOCK  ADVISORY  READ 79 08:01:43 0 EOF
4: LEASE  ACTIVE    WRITE 80 08:01:44 0 EOF
5: OFDLCK ADVISORY  WRITE -1 08:01:45 0 EOF
6: FLOCK  ADVISORY  WRITE 90 103:12345:46 0 EOF
`;

const locks = parseLocks(TEXT);
const device = (major: number, minor: number) => (minor & 0xff) + major * 256 + (minor >>> 8) * 2 ** 20;

test.each([
  ["POSIX, virtio disk", `${device(0xfe, 0)}:1509756`, 25175],
  ["FLOCK; who waits for it does not hold it", `${device(8, 1)}:42`, 77],
  ["a reader", `${device(8, 1)}:43`, undefined],
  ["a lease", `${device(8, 1)}:44`, undefined],
  ["a large minor number", `${device(0x103, 0x12345)}:46`, 90],
  ["another device", `${device(8, 2)}:42`, undefined],
])("holder of %s", (_, identity, want) => {
  expect(holderOf(locks, identity, new Set())).toBe(want);
});

test("another device number is believed for a process that is a logger", () => {
  expect(holderOf(locks, `${device(0, 31)}:42`, new Set([77]))).toBe(77);
});
