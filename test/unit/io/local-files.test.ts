import { expect, test } from "vitest";
import { bytePath, pathBytes, pathText } from "../../../src/io/local-files.ts";

const cases = [
  ["plain", "/var/log/web", "/var/log/web"],
  ["UTF-8", bytePath("/srv/müller/日誌"), "/srv/müller/日誌"],
  ["no UTF-8", "/srv/m\xfcller", "/srv/m\\xfcller"],
  ["some UTF-8 and some not", `${bytePath("/ü")}\xff`, "/\\xc3\\xbc\\xff"],
  ["a text that looks escaped", "/a\\xff", "/a\\\\xff"],
  ["newline, escape, delete", "/a\nb\x1b[2J\x7f", "/a\\x0ab\\x1b[2J\\x7f"],
  ["a control character of two bytes", bytePath("/a\u0085b"), "/a\\xc2\\x85b"],
  ["spaces, brackets, quotes", `/a b[c]"d'`, `/a b[c]"d'`],
  ["a replacement character that is really there", bytePath("/\ufffd"), "/\ufffd"],
] as const;

for (const [name, path, text] of cases) {
  test(`${name}: shown and led back`, () => {
    expect(pathText(path)).toBe(text);
    expect(pathBytes(text)).toBe(path);
  });
}
