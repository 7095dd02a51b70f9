import { expect, test } from "vitest";
import { parseStatusUrl } from "../../../../src/sources/lighttpd/url.ts";

const good = [
  ["http://127.0.0.1/server-status", "127.0.0.1", 80, "/server-status"],
  ["http://127.0.0.1:80/server-status?auto", "127.0.0.1", 80, "/server-status"],
  ["http://web.example.org:8080/a/b", "web.example.org", 8080, "/a/b"],
  ["http://[::1]:81/s", "::1", 81, "/s"],
] as const;
for (const [text, host, port, path] of good) {
  test(`parseStatusUrl: ${text}`, () => {
    expect(parseStatusUrl(text)).toMatchObject({ kind: "ok", value: { endpoint: { kind: "tcp", host, port }, path } });
  });
}

test("it is written in one way, which reads as itself", () => {
  const parsed = parseStatusUrl("http://127.0.0.1:80/server-status?auto");
  if (parsed.kind !== "ok") throw new Error(parsed.reason);
  expect(parsed.value.text).toBe("http://127.0.0.1/server-status");
  expect(parseStatusUrl(parsed.value.text)).toEqual(parsed);
});

const bad = [
  ["127.0.0.1/server-status", "it does not begin with http://"],
  ["https://127.0.0.1/s", '"https" cannot be spoken, only http'],
  ["http://u:p@127.0.0.1/s", "a user or password stands in it, and none is ever sent"],
  ["http://127.0.0.1/s?json", '"?json" cannot be read, only ?auto'],
  ["http://127.0.0.1", "it has no path, or one that needs escapes"],
  ["http://127.0.0.1/a b", "it has no path, or one that needs escapes"],
  ["http://127.0.0.1/a\r\nX: y", "it has no path, or one that needs escapes"],
  ["http:///s", "not a host with a port"],
  ["http://h:0/s", "port 0 is not within 1-65535"],
] as const;
for (const [text, reason] of bad) {
  test(`parseStatusUrl: ${JSON.stringify(text)} is refused`, () => {
    expect(parseStatusUrl(text)).toEqual({ kind: "malformed", reason });
  });
}
