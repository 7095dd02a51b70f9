import { expect, test } from "vitest";
import { type PushSettings, pushSettings } from "../../../src/cli/push-settings.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

/** What is made of one destination, and what is wrong with it. */
function made(values: { readonly Server?: string; readonly Keys?: readonly string[] }) {
  const faults: string[] = [];
  const named = new Map([["a", { Server: "zabbix", Host: "web 1", Keys: ["agent.ping"], Interval: 60, ...values }]]);
  const isOurs = (key: string) => (key === "agent.ping" ? ok(undefined) : malformed(`no key "${key}"`));
  const pushes: readonly PushSettings[] = pushSettings({ general: {}, named }, isOurs, (directive, parsed) => {
    if (parsed.kind === "ok") return parsed.value;
    faults.push(`${directive}: ${parsed.reason}`);
    return undefined;
  });
  return { pushes, faults };
}

test("nodes of a cluster are told apart", () => {
  const { pushes, faults } = made({ Server: "zabbix; [2001:db8::1]:20051" });
  expect(faults).toEqual([]);
  expect(pushes).toEqual([
    {
      name: "a",
      server: "zabbix; [2001:db8::1]:20051",
      nodes: [
        { kind: "tcp", host: "zabbix", port: 10_051 },
        { kind: "tcp", host: "2001:db8::1", port: 20_051 },
      ],
      host: "web 1",
      keys: ["agent.ping"],
      intervalSeconds: 60,
    },
  ]);
});

test("without a section there is nothing", () => {
  expect(
    pushSettings(
      undefined,
      () => ok(undefined),
      () => undefined,
    ),
  ).toEqual([]);
});

const wrong = [
  { values: { Server: "a b" }, fault: 'Push.a.Server: cannot read "a b": not a host with a port' },
  { values: { Server: "a;a:10051" }, fault: 'Push.a.Server: names "a:10051" twice' },
  { values: { Keys: ["agent.pong"] }, fault: 'Push.a.Keys: no key "agent.pong"' },
  { values: { Keys: ["memcachet.*"] }, fault: 'Push.a.Keys: "memcachet.*" matches no item key' },
];
for (const { values, fault } of wrong) {
  test(`refused: ${JSON.stringify(values)}`, () => {
    expect(made(values).faults).toEqual([fault]);
  });
}

test("patterns that match some key are taken", () => {
  expect(made({ Keys: ["*", "memcached.*", "memcached.hit_ratio[*]", "*[main]"] }).faults).toEqual([]);
});
