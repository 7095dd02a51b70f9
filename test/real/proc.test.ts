import { expect, test } from "vitest";
import { parseListeners, parseStat } from "./proc.ts";

test("parseStat: a command with blanks and brackets does not shift the fields", () => {
  const fields = "T 1 42 43 0 -1 4194560 1 2 3 4 100 50 7 3 20 0 1 0 99";
  expect(parseStat(`41 (a) S 1 (b) ${fields}\n`)).toEqual({
    pid: 41,
    command: "a) S 1 (b",
    state: "T",
    group: 42,
    session: 43,
    cpuSeconds: 1.6,
  });
});

test("parseListeners: listening sockets only, in the usual notation", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0203017F:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:2B67 0100007F:8888 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
`;
  expect(parseListeners(table)).toEqual(["127.1.3.2:11111"]);
});
