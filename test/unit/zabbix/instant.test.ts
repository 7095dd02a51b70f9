import { expect, test } from "vitest";
import { instantOf } from "../../../src/zabbix/instant.ts";

test("an instant has whole seconds and nanoseconds", () => {
  expect(instantOf(1_700_000_000.25)).toEqual({ clock: 1_700_000_000, ns: 250_000_000 });
  expect(instantOf(5.9999999)).toEqual({ clock: 6, ns: 0 });
  expect(instantOf(5)).toEqual({ clock: 5, ns: 0 });
});
