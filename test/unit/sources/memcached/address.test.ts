import { expect, test } from "vitest";
import { endpointText } from "../../../../src/io/endpoint.ts";
import { labelsOf, parseAddress } from "../../../../src/sources/memcached/address.ts";

const good = [
  { text: "127.0.0.1:11211", uri: "tcp://127.0.0.1:11211" },
  { text: "tcp://cache.example.org", uri: "tcp://cache.example.org:11211" },
  { text: "cache_1:11311/", uri: "tcp://cache_1:11311" },
  { text: "tls://10.0.0.1:11212", uri: "tls://10.0.0.1:11212" },
  { text: "[::1]", uri: "tcp://[::1]:11211" },
  { text: "tcp://[fe80::1]:1", uri: "tcp://[fe80::1]:1" },
  { text: "unix:/run/a b.sock", uri: "unix:/run/a b.sock" },
  { text: "unix:///run/m.sock", uri: "unix:/run/m.sock" },
  { text: "/run/m.sock", uri: "unix:/run/m.sock" },
];
for (const { text, uri } of good) {
  test(`parseAddress: "${text}" is ${uri}, which reads as itself`, () => {
    for (const written of [text, uri]) {
      expect(parseAddress(written)).toMatchObject({ kind: "ok", value: { uri } });
    }
  });
}

const bad = [
  { text: "", reason: "neither a host with a port nor a path" },
  { text: "tcp://", reason: "neither a host with a port nor a path" },
  { text: "::1", reason: "neither a host with a port nor a path" },
  { text: "host:", reason: "neither a host with a port nor a path" },
  { text: "host:0", reason: "port 0 is not within 1-65535" },
  { text: "host:65536", reason: "port 65536 is not within 1-65535" },
  { text: "host:1a", reason: "neither a host with a port nor a path" },
  { text: "ho st:1", reason: "neither a host with a port nor a path" },
  { text: "unix:run/m.sock", reason: "neither a host with a port nor a path" },
  { text: "udp://host:1", reason: 'unknown scheme "udp"' },
  { text: "tcp://u:p@host:1", reason: "a user or password stands in it; they belong in User and PasswordFile" },
];
for (const { text, reason } of bad) {
  test(`parseAddress: "${text}" is refused`, () => {
    expect(parseAddress(text)).toEqual({ kind: "malformed", reason });
  });
}

test("labels and names", () => {
  const tcp = parseAddress("[::1]:1");
  const unix = parseAddress("/s");
  if (tcp.kind !== "ok" || unix.kind !== "ok") throw new Error("both are good");
  expect(endpointText(tcp.value.endpoint)).toBe("[::1]:1");
  expect(labelsOf(tcp.value, { POOL: "p" })).toEqual({ URI: "tcp://[::1]:1", HOST: "::1", PORT: "1", POOL: "p" });
  expect(labelsOf(unix.value, {})).toEqual({ URI: "unix:/s", HOST: "/s", PORT: "" });
});
