import { expect, test } from "vitest";
import { Admission } from "../../../../src/sources/memcached/admission.ts";

const CALM = {
  total_connections: 100,
  curr_connections: 10,
  max_connections: 1024,
  reserved_fds: 20,
  accepting_conns: 1,
};

function numbers(changed: Partial<typeof CALM>): ReadonlyMap<string, number> {
  return new Map(Object.entries({ ...CALM, ...changed }));
}

function second(changed: Partial<typeof CALM>, probes = 0): boolean {
  const admission = new Admission();
  expect(admission.proven(numbers({}))).toBe(false);
  for (let probe = 0; probe < probes; probe++) admission.probed();
  return admission.proven(numbers(changed));
}

const cases = [
  { name: "a connection of somebody else", changed: { total_connections: 101 }, probes: 0, want: true },
  { name: "nobody came", changed: {}, probes: 0, want: false },
  { name: "only our own probe", changed: { total_connections: 101 }, probes: 1, want: false },
  { name: "our own probe and somebody else", changed: { total_connections: 102 }, probes: 1, want: true },
  { name: "statistics reset", changed: { total_connections: 3 }, probes: 0, want: false },
  { name: "full", changed: { total_connections: 2000, curr_connections: 1024 }, probes: 0, want: false },
  { name: "nearly full", changed: { total_connections: 2000, curr_connections: 902 }, probes: 0, want: false },
  { name: "listener off", changed: { total_connections: 2000, accepting_conns: 0 }, probes: 0, want: false },
];

for (const { name, changed, probes, want } of cases) {
  test(`Admission: ${name} ${want ? "proves it" : "proves nothing"}`, () => {
    expect(second(changed, probes)).toBe(want);
  });
}

test("Admission: a server that does not tell its limit proves nothing", () => {
  const admission = new Admission();
  admission.proven(new Map([["total_connections", 1]]));
  expect(admission.proven(new Map([["total_connections", 9]]))).toBe(false);
});
