import { expect, test } from "vitest";
import { Cluster } from "../../../../src/transports/active/cluster.ts";
import { parseServerActive } from "../../../../src/transports/active/server-active.ts";

function cluster(text: string): Cluster {
  const parsed = parseServerActive([text]);
  const [entry] = parsed.kind === "ok" ? parsed.value : [];
  if (entry === undefined) throw new Error(text);
  return new Cluster(entry.nodes);
}

const to = (address: string, revision = 1) => ({ kind: "to", address, revision }) as const;

test("a single node is asked again after a pause", () => {
  const one = cluster("a");
  expect(one.failed()).toBe(false);
  expect(one.current.host).toBe("a");
});

test("the next node is asked at once, and a pause comes when all have failed", () => {
  const three = cluster("a;b;c");
  expect([three.failed(), three.current.host]).toEqual([true, "b"]);
  expect([three.failed(), three.current.host]).toEqual([true, "c"]);
  expect([three.failed(), three.current.host]).toEqual([false, "a"]);
  expect([three.failed(), three.current.host]).toEqual([true, "b"]);
});

test("the node that works stays in use, whichever it is", () => {
  const two = cluster("a;b");
  two.failed();
  two.worked();
  expect(two.current.host).toBe("b");
  expect([two.failed(), two.current.host]).toEqual([true, "a"]);
});

test("a redirect comes before all nodes until it fails", () => {
  const two = cluster("a;b");
  two.failed();
  expect(two.follow(to("p:1"))).toEqual({ kind: "ok", value: undefined });
  expect(two.current).toEqual({ kind: "tcp", host: "p", port: 1 });
  two.worked();
  expect([two.failed(), two.current.host]).toEqual([true, "b"]);
});

test("a redirect that fails at a single node is followed by that node, without a pause", () => {
  const one = cluster("a");
  one.follow(to("p"));
  one.worked();
  expect([one.failed(), one.current.host]).toEqual([true, "a"]);
  expect(one.failed()).toBe(false);
});

test("a node that redirects to one that fails again and again is left in peace", () => {
  const one = cluster("a");
  one.follow(to("p"));
  expect(one.failed()).toBe(true);
  one.follow(to("p"));
  expect(one.failed()).toBe(false);
});

test("a newer redirect replaces an older one, an older one is refused", () => {
  const one = cluster("a");
  one.follow(to("p", 3));
  one.follow(to("q", 4));
  expect(one.current.host).toBe("q");
  expect(one.follow(to("p", 3))).toMatchObject({ kind: "malformed" });
  expect(one.current.host).toBe("q");
});

test("a reset goes back to the configured nodes", () => {
  const one = cluster("a");
  one.follow(to("p"));
  expect(one.follow({ kind: "reset" })).toMatchObject({ kind: "ok" });
  expect(one.current.host).toBe("a");
});

for (const [address, reason] of [
  ["a", "it redirects to itself"],
  ["a:10051", "it redirects to itself"],
  ["", 'it redirects to "": not a host with a port'],
  ["p:99999", 'it redirects to "p:99999": port 99999 is not within 1-65535'],
] as const) {
  test(`a redirect to "${address}" is not followed`, () => {
    const one = cluster("a");
    expect(one.follow(to(address))).toEqual({ kind: "malformed", reason });
    expect(one.current.host).toBe("a");
  });
}

test("ServerActive: entries are clusters, their nodes have ; between them", () => {
  expect(parseServerActive(["a", "b:1;[::1]:2 ; ::2"])).toEqual({
    kind: "ok",
    value: [
      { text: "a", nodes: [{ kind: "tcp", host: "a", port: 10051 }] },
      {
        text: "b:1;[::1]:2 ; ::2",
        nodes: [
          { kind: "tcp", host: "b", port: 1 },
          { kind: "tcp", host: "::1", port: 2 },
          { kind: "tcp", host: "::2", port: 10051 },
        ],
      },
    ],
  });
});

for (const [entries, reason] of [
  [["a", "a"], 'names "a" twice'],
  [["a;a:10051"], 'names "a:10051" twice'],
  [["a;"], 'cannot read "": not a host with a port'],
  [["a:99999"], 'cannot read "a:99999": port 99999 is not within 1-65535'],
] as const) {
  test(`ServerActive=${entries}: ${reason}`, () => {
    expect(parseServerActive(entries)).toEqual({ kind: "malformed", reason });
  });
}
