import { expect, test } from "vitest";
import { parseEndpoint } from "../../../src/zabbix/endpoint.ts";

for (const [text, host, port] of [
  ["zabbix.example.com", "zabbix.example.com", 10051],
  ["zabbix:20051", "zabbix", 20051],
  ["192.0.2.1", "192.0.2.1", 10051],
  ["192.0.2.1:1", "192.0.2.1", 1],
  ["[2001:db8::1]:30051", "2001:db8::1", 30051],
  ["[2001:db8::1]", "2001:db8::1", 10051],
  ["2001:db8::1", "2001:db8::1", 10051],
  ["::1", "::1", 10051],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1", 10051],
] as const) {
  test(`"${text}" is ${host} port ${port}`, () => {
    expect(parseEndpoint(text)).toEqual({ kind: "ok", value: { host, port } });
  });
}

for (const text of [
  "",
  ":10051",
  "a:",
  "a:x",
  "a:0",
  "a:65536",
  "a b",
  "[::1",
  "::1]",
  "[a]:1",
  "a,b",
  "a;b",
  "x".repeat(256),
]) {
  test(`"${text.slice(0, 20)}" is refused`, () => {
    expect(parseEndpoint(text).kind).toBe("malformed");
  });
}
