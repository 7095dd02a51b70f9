import { expect, test } from "vitest";
import { Listed } from "../../../../src/sources/supervise/listed.ts";
import type { Scan, ServiceRecord } from "../../../../src/sources/supervise/record.ts";

function scan(names: readonly string[], incomplete?: string): Scan {
  return { services: names.map(service), incomplete, findings: [] };
}

function service(name: string): ServiceRecord {
  return { kind: "unread", name, supervisor: "s6", path: `/service/${name}`, state: "never supervised", reason: "a" };
}

function merged(listed: Listed, given: Scan): readonly string[] {
  return listed.merge(given).map(({ name, state }) => `${name} ${state}`);
}

test("a removed service stays for two complete scans and leaves with the third", () => {
  const listed = new Listed();
  listed.merge(scan(["a", "b"]));
  const here = "a never supervised";
  expect(merged(listed, scan(["a"]))).toEqual([here, "b cannot read"]);
  expect(merged(listed, scan(["a"]))).toEqual([here, "b cannot read"]);
  expect(merged(listed, scan(["a"]))).toEqual([here]);
});

test("scans that are not complete do not count, and say why", () => {
  const listed = new Listed();
  listed.merge(scan(["a"]));
  for (let times = 0; times < 9; times++) {
    expect(listed.merge(scan([], "cannot list it"))).toMatchObject([
      { name: "a", reason: "cannot list it", supervisor: "s6" },
    ]);
  }
  listed.merge(scan([]));
  listed.merge(scan([]));
  expect(listed.merge(scan([]))).toEqual([]);
});

test("a service that comes back is as good as new", () => {
  const listed = new Listed();
  listed.merge(scan(["a"]));
  listed.merge(scan([]));
  listed.merge(scan([]));
  listed.merge(scan(["a"]));
  expect(listed.merge(scan([]))).toMatchObject([{ name: "a", reason: '"/service/a" is no longer there' }]);
});
