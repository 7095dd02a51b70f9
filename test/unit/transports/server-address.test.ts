import { expect, test } from "vitest";
import { parseServer } from "../../../src/transports/server-address.ts";

for (const [text, host, port] of [
  ["zabbix.example.com", "zabbix.example.com", 10051],
  ["zabbix:20051", "zabbix", 20051],
  ["192.0.2.1", "192.0.2.1", 10051],
  ["[2001:db8::1]:30051", "2001:db8::1", 30051],
  ["[2001:db8::1]", "2001:db8::1", 10051],
  ["2001:db8::1", "2001:db8::1", 10051],
] as const) {
  test(`parseServer: "${text}" is ${host} port ${port}`, () => {
    expect(parseServer(text)).toEqual({ kind: "ok", value: { kind: "tcp", host, port } });
  });
}

for (const text of ["", ":10051", "a:", "a:x", "a:0", "a:65536", "a b", "[::1", "::1]", "http://zabbix"]) {
  test(`parseServer: "${text}" is refused`, () => {
    expect(parseServer(text).kind).toBe("malformed");
  });
}
