import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDataFile } from "../../../../src/sources/keepalived/data-file.ts";

const SAMPLES = new URL("../../../samples/keepalived/", import.meta.url);
const sample = (name: string) => readFileSync(new URL(name, SAMPLES), "utf8");
const json = sample("2.2.7-keepalived.json");

describe("what keepalived 2.2.7 wrote", () => {
  const told = {
    name: "VI_1",
    state: "master",
    priority: 100,
    since: 1795304231.336296,
    addresses: ["192.0.2.10/24 dev eth9 scope global set"],
  };

  test("keepalived.json", () => expect(parseDataFile(json)).toEqual({ kind: "ok", value: [{ ...told, turns: 1 }] }));

  test("keepalived.data says the same", () => {
    expect(parseDataFile(sample("2.2.7-keepalived.data"))).toEqual({
      kind: "ok",
      value: [{ ...told, turns: undefined }],
    });
  });

  test("several instances: both forms agree, but for what one of them lacks", () => {
    const read = (name: string) => {
      const parsed = parseDataFile(sample(name));
      return parsed.kind === "ok" ? parsed.value.map((each) => ({ ...each, turns: undefined })) : parsed.reason;
    };
    const byJson = read("2.2.7-four-instances.json");
    expect(read("2.2.7-four-instances.data")).toEqual(byJson);
    expect(byJson).toMatchObject([
      { name: "VI_1", addresses: [expect.stringContaining("192.0.2.10/24"), expect.stringContaining("192.0.2.11")] },
      { name: "VI two ü", priority: 90, state: "master" },
      { name: "VI" },
      { name: "'V4'", priority: 255 },
    ]);
  });

  test("no part of keepalived.json is taken for the whole", () => {
    for (let length = 0; length < json.trimEnd().length; length++) {
      expect(parseDataFile(json.slice(0, length)).kind, `${length}`).toBe("malformed");
    }
  });
});

describe("keepalived.json of other kinds", () => {
  test("version 2 has the instances in an object", () => {
    expect(parseDataFile(`{"vrrp":${json},"track_process":[]}`)).toEqual(parseDataFile(json));
  });

  test.each([
    [0, "unknown"],
    [1, "backup"],
    [2, "master"],
    [3, "fault"],
    [97, "unknown"],
    [-1, "unknown"],
  ])("state %i", (number, state) => {
    expect(parseDataFile(`[{"data":{"iname":"a","state":${number}}}]`)).toEqual({
      kind: "ok",
      value: [{ name: "a", state, priority: undefined, since: undefined, turns: undefined, addresses: [] }],
    });
  });

  test.each([
    ['[{"data":{"iname":"","state":1}}]'],
    ['[{"data":{"iname":1,"state":1}}]'],
    ['[{"data":{"iname":"a","state":"2"}}]'],
    ['[{"data":null},null,7,"a",[]]'],
    ["[]"],
  ])("elements that are none: %s", (text) => expect(parseDataFile(text)).toEqual({ kind: "ok", value: [] }));

  test.each(["", " ", "\0", "{}", '{"vrrp":7}', "[{", "keepalived", "<xml/>"])("no data file: %j", (text) => {
    expect(parseDataFile(text).kind).toBe("malformed");
  });
});
