import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/apply.ts";
import { PUSH } from "../../../src/config/push.ts";
import { problemText } from "../../../src/config/reader.ts";
import type { Files } from "../../../src/config/spec.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

function loaded(...lines: readonly string[]) {
  const files: Files = {
    read: () => ok(Buffer.from(lines.join("\n"))),
    mode: () => malformed("no such file or directory"),
    list: () => malformed("no such file or directory"),
  };
  const config = loadConfig("c", { core: {}, sections: [PUSH] }, files);
  return config.kind === "ok"
    ? [...(config.config.sections.get("Push")?.named ?? [])]
    : config.problems.map(problemText);
}

const SERVER = "Push.a.Server=zabbix;192.0.2.1:20051";
const HOST = "Push.a.Host=web 1";
const KEYS = "Push.a.Keys=memcached.*";

test("a destination has a server, a host, keys and an interval", () => {
  expect(loaded(SERVER, HOST, KEYS, "Push.a.Keys=tidemark.get[a,b]", "Push.a.Interval=5m")).toEqual([
    [
      "a",
      {
        Server: "zabbix;192.0.2.1:20051",
        Host: "web 1",
        Keys: ["memcached.*", "tidemark.get[a,b]"],
        Interval: 300,
      },
    ],
  ]);
});

test("the interval is a minute unless given", () => {
  expect(loaded(SERVER, HOST, KEYS)).toEqual([["a", expect.objectContaining({ Interval: 60 })]]);
});

const faults = [
  { lines: [HOST, KEYS], fault: 'c:1: "Push.a": Server is missing: nobody to push to' },
  { lines: [SERVER, KEYS], fault: 'c:1: "Push.a": Host is missing: the values need a host in Zabbix' },
  { lines: [SERVER, HOST], fault: 'c:1: "Push.a": Keys is missing: nothing to push' },
  {
    lines: [SERVER, "Push.a.Host=web/1", KEYS],
    fault: /^c:2: bad value "web\/1" for "Push\.a\.Host": has the character "\/"/,
  },
  { lines: [SERVER, HOST, KEYS, "Push.a.Interval=0"], fault: /^c:4: bad value "0" for "Push\.a\.Interval": too small/ },
  {
    lines: [SERVER, HOST, KEYS, "Push.a.Key=x"],
    fault: 'c:4: unknown directive "Push.a.Key". Did you mean "Push.a.Keys"?',
  },
  {
    lines: ["Push.Server=zabbix"],
    fault: 'c:1: "Push.Server" lacks the name of a target, expected "Push.NAME.Server"',
  },
];
for (const { lines, fault } of faults) {
  test(`refused: ${lines.join(", ")}`, () => {
    expect(loaded(...lines)).toEqual([typeof fault === "string" ? fault : expect.stringMatching(fault)]);
  });
}
