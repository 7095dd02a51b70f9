import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { httpDate } from "../../../../src/sources/lighttpd/http-date.ts";
import { PageReader } from "../../../../src/sources/lighttpd/page-reader.ts";
import { parseStatusPage } from "../../../../src/sources/lighttpd/status-page.ts";

const capture = (name: string) => readFileSync(`test/samples/lighttpd/1.4.69-server-${name}`, "latin1");
const PAGE = capture("status-auto.txt");
const HEAD = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n";

function fed(text: string, size = text.length): { readonly reader: PageReader; readonly done: boolean } {
  const reader = new PageReader();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += size) {
    if (reader.feed(bytes.subarray(at, at + size))) return { reader, done: true };
  }
  return { reader, done: false };
}

test("a page with a length is whole at its last byte, however it is cut", () => {
  const text = `${HEAD}Content-Length: ${PAGE.length}\r\n\r\n${PAGE}`;
  for (const size of [1, 2, 3, 7, 100, 1000, text.length]) {
    const { reader, done } = fed(text, size);
    expect([done, reader.isWhole, reader.body], `${size}`).toEqual([true, true, PAGE]);
    expect(fed(text.slice(0, -1), size)).toMatchObject({ done: false, reader: { isWhole: false } });
  }
});

test("a page without a length goes to the end of the connection", () => {
  const { reader, done } = fed(`${HEAD}\r\n${PAGE}`);
  expect([done, reader.isWhole, reader.body]).toEqual([false, true, PAGE]);
});

test("of another status no body is waited for", () => {
  const { reader, done } = fed("HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 5\r\n\r\n");
  expect([done, reader.head?.status, reader.head?.fields.get("location")]).toEqual([true, 301, "/x"]);
});

const faults = [
  { name: "SSH", text: "SSH-2.0-OpenSSH_9.2\r\n", want: "no HTTP" },
  { name: "TLS", text: "\x15\x03\x01\x00\x02\x02\x46", want: "no HTTP" },
  { name: "no status", text: "HTTP/1.1 OK\r\n\r\n", want: "no HTTP status" },
  { name: "HTTP 2", text: "HTTP/2 200\r\n\r\n", want: "no HTTP" },
  { name: "a header without end", text: `${HEAD}X: ${"x".repeat(20_000)}`, want: "more than 16384 bytes of header" },
  {
    name: "chunks",
    text: `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n`,
    want: "a page in chunks, which HTTP/1.0 does not have",
  },
  {
    name: "a page without end",
    text: `${HEAD}\r\n${"x".repeat(2 ** 20 + 1)}`,
    want: "more than 1048576 bytes in one page",
  },
];
for (const { name, text, want } of faults) {
  test(`no page: ${name}`, () => {
    const { reader, done } = fed(text, 1000);
    expect([done, reader.fault]).toEqual([true, want]);
  });
}

test("dates of replies", () => {
  expect(httpDate("Sun, 06 Nov 1994 08:49:37 GMT")).toBe(Date.UTC(1994, 10, 6, 8, 49, 37) / 1000);
  expect(httpDate("Thu, 29 Feb 2024 23:59:59 GMT")).toBe(Date.UTC(2024, 1, 29, 23, 59, 59) / 1000);
  for (const text of ["", "Sun, 06 Foo 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"]) {
    expect(httpDate(text), text).toBeUndefined();
  }
});

test("the status page of a real lighttpd", () => {
  expect(parseStatusPage(PAGE)).toEqual({
    kind: "ok",
    value: new Map(Object.entries({ requests: 3, traffic: 26 * 1024, uptime: 1, busy: 1, idle: 1364 })),
  });
});

test("large counters are exact", () => {
  const page = PAGE.replace("Total kBytes: 26", "Total kBytes: 18014398509481984");
  const parsed = parseStatusPage(page);
  expect(parsed.kind === "ok" && parsed.value.get("traffic")).toBe(2n ** 64n);
});

const strange = [
  { name: "empty", page: capture("statistics.txt"), want: "an empty page, as status.statistics-url has it" },
  { name: "HTML", page: capture("status.html"), want: "an HTML page; Url must be the address of status.status-url" },
  { name: "JSON", page: capture("status-json.txt"), want: "a JSON page; Url must be the address of status.status-url" },
  {
    name: "Apache's",
    page: "Total Accesses: 1\nTotal kBytes: 1\nUptime: 1\nBusyWorkers: 1\nIdleWorkers: 1\n",
    want: 'a page without "BusyServers": "Total Accesses: 1.Total kBytes: 1.Uptime"',
  },
  { name: "negative", page: PAGE.replace("Uptime: 1", "Uptime: -1"), want: '"Uptime" of "-1", expected a number' },
  { name: "a fraction", page: PAGE.replace("Uptime: 1", "Uptime: 1.5"), want: '"Uptime" of "1.5", expected a number' },
  {
    name: "too large",
    page: PAGE.replace("kBytes: 26", `kBytes: ${"9".repeat(20)}`),
    want: /^"Total kBytes" of "9{20}"/,
  },
  { name: "cut within a number", page: "Total Accesses: 12", want: /^a page without "Total Accesses"/ },
];
for (const { name, page, want } of strange) {
  test(`no status page: ${name}`, () => {
    const parsed = parseStatusPage(page);
    expect(parsed.kind === "malformed" ? parsed.reason : "read").toEqual(
      typeof want === "string" ? want : expect.stringMatching(want),
    );
  });
}
