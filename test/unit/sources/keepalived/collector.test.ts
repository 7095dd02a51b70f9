import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepalived } from "../../../../src/sources/keepalived/keepalived.ts";
import { SourceBench } from "../bench.ts";
import { benchOf, CONF, HERE, next, told } from "./bench.ts";
import { confOf, home, World } from "./world.ts";

describe("a machine without keepalived", () => {
  test("nothing is listed, nothing is said", async () => {
    const bench = benchOf(new World());
    await bench.tick();
    expect(bench.names()).toEqual([]);
    expect(bench.findings).toEqual([]);
    expect(bench.text("keepalived.discovery")).toBe("[]");
  });

  test("what asks keepalived something and ends is none", async () => {
    const world = new World();
    world.start(1, ["keepalived", "--signum=JSON"]);
    world.start(1, ["keepalived", "-t", "-f", join(home, "none")]);
    const bench = benchOf(world);
    await bench.tick();
    expect([bench.names(), bench.findings]).toEqual([[], []]);
  });
});

describe("by virtual addresses", () => {
  test("found without configuration: master while the address is here, not master while it is not", async () => {
    const world = new World();
    world.keepalived(CONF);
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("6");
    world.own = HERE;
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("2");
    expect(bench.text("keepalived.source")).toBe("addresses");
    expect(bench.text("keepalived.since")).toBe(String(Math.floor(world.io.now().clock)));
    expect(bench.text("keepalived.priority")).toMatch(/^\(none: Neither/);
    expect(JSON.parse(bench.text("keepalived.discovery"))).toEqual([
      {
        "{#VRRP}": "VI_1",
        "{#NAME}": "VI_1",
        "{#INTERFACE}": "eth0",
        "{#ADDRESSES}": "192.0.2.10",
        "{#STATE}": "master",
      },
    ]);
  });

  test.each([
    ["a label", "eth0:vip", "master"],
    ["another interface, as on a real server behind a director", "dummy0", "not master"],
    ["the loopback interface", "lo", "not master"],
  ])("the address on %s", async (_, device, state) => {
    const world = new World();
    world.keepalived(CONF);
    world.own = [{ interface: device, address: "192.0.2.10" }];
    const bench = benchOf(world);
    await next(world, bench);
    expect(told(bench)).toBe(`${state} by addresses`);
  });

  test("a configured address may be on any interface but lo", async () => {
    const world = new World();
    world.keepalived("");
    const bench = benchOf(world, "a.Address=192.0.2.10");
    world.own = [{ interface: "lo", address: "192.0.2.10" }];
    await next(world, bench);
    expect(told(bench, "a")).toBe("not master by addresses");
    world.own = [{ interface: "bond0.7", address: "192.0.2.10" }];
    await next(world, bench);
    expect(told(bench, "a")).toBe("master by addresses");
  });

  test("every writing of an IPv6 address is the same", async () => {
    const world = new World();
    world.keepalived(confOf({ six: ["2001:DB8:0:0:0::10/64 dev eth0"] }));
    world.own = [{ interface: "eth0", address: "2001:db8::10" }];
    const bench = benchOf(world);
    await next(world, bench);
    expect(told(bench, "six")).toBe("master by addresses");
  });

  test("a master without all of its addresses says so, but not in the moment of becoming one", async () => {
    const world = new World();
    world.keepalived(confOf({ VI_1: ["192.0.2.10", "192.0.2.11"] }));
    world.own = HERE;
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.trouble("VI_1")).toBeUndefined();
    await next(world, bench);
    expect(bench.trouble("VI_1")).toBe("1 of its 2 virtual addresses is here");
  });

  test("configured addresses do without keepalived.conf", async () => {
    const world = new World();
    world.start(1, ["keepalived", "-f", join(home, "nowhere")]);
    world.child(100);
    world.own = HERE;
    const bench = benchOf(world, "web.Address=192.0.2.10", "web.Instance=VI web");
    await next(world, bench);
    expect(told(bench, "web")).toBe("master by addresses");
    expect(bench.findings).toMatchObject([{ what: join(home, "nowhere") }]);
  });

  test.each([
    ["its configuration", `${CONF}net_namespace inner\n`, []],
    ["its command line", CONF, ["-s", "inner"]],
  ])("another network namespace by %s: addresses say nothing", async (_, conf, options) => {
    const world = new World();
    world.keepalived(conf, ...options);
    world.own = HERE;
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toBe("its addresses are in another network namespace");
  });

  test("of two keepalived the one in our network namespace", async () => {
    const world = new World();
    const other = world.keepalived(confOf({ theirs: [] }));
    await world.pass(10);
    world.keepalived(CONF);
    world.link("/proc/self/ns/net", "net:[1]");
    world.link(`/proc/${other.parent}/ns/net`, "net:[2]");
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.names()).toEqual(["VI_1"]);
  });

  test("another network namespace as /proc shows it", async () => {
    const world = new World();
    const { parent } = world.keepalived(CONF);
    world.link("/proc/self/ns/net", "net:[1]");
    world.link(`/proc/${parent}/ns/net`, "net:[2]");
    world.own = HERE;
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
  });
});

describe("keepalived.conf", () => {
  test("that cannot be read is an error, never an empty list", async () => {
    const world = new World();
    world.start(1, ["keepalived", "-f", home]);
    world.child(100);
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.text("keepalived.discovery")).toBe(`(unknown: Cannot read "${home}": it is no regular file.)`);
    expect(bench.findings).toMatchObject([{ what: home }]);
  });

  test("what it includes belongs to it, and changes are seen", async () => {
    const world = new World();
    const directory = join(home, "included");
    mkdirSync(directory);
    writeFileSync(join(directory, "one.conf"), confOf({ one: [] }));
    world.keepalived(`include ${directory}/*.conf\n`);
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.names()).toEqual(["one"]);
    writeFileSync(join(directory, "two.conf"), confOf({ two: [] }));
    await next(world, bench);
    expect(bench.names()).toEqual(["one", "two"]);
  });

  test("that includes itself ends", async () => {
    const world = new World();
    const path = join(home, "endless.conf");
    writeFileSync(path, `include ${path}\n`);
    world.start(1, ["keepalived", "-f", path]);
    world.child(100);
    const bench = benchOf(world);
    await next(world, bench);
    expect(bench.text("keepalived.discovery")).toMatch(/it includes more than 100 files/);
  });

  test("an instance that was removed leaves after three looks; one that was remembered stays while keepalived is down", async () => {
    const world = new World();
    const { parent, vrrp } = world.keepalived(CONF);
    const remembered = new Map([["old", { labels: { NAME: "old" }, seen: 0 }]]);
    const bench = new SourceBench(keepalived, world.io, { remembered });
    await next(world, bench);
    expect(bench.names()).toEqual(["old", "VI_1"]);
    world.kill(parent, vrrp);
    for (const _ of [1, 2, 3, 4]) await next(world, bench);
    expect(bench.names()).toEqual(["old", "VI_1"]);
    expect(bench.text("keepalived.state[old]")).toBe("4");
    world.keepalived(CONF);
    for (const _ of [1, 2, 3]) await next(world, bench);
    expect(bench.names()).toEqual(["VI_1"]);
  });

  test("with Discover=0 nothing is found, what is configured is watched", async () => {
    const world = new World();
    world.keepalived(confOf({ a: ["192.0.2.10"], b: [] }));
    world.own = HERE;
    const bench = benchOf(world, "Discover=0", "a.Address=192.0.2.10");
    await next(world, bench);
    expect(bench.names()).toEqual(["a"]);
    expect(told(bench, "a")).toBe("master by addresses");
  });
});

test("hidden processes: nobody knows whether keepalived runs", async () => {
  const world = new World();
  world.isHidden = true;
  const bench = benchOf(world, "a.Address=192.0.2.10");
  world.own = HERE;
  await next(world, bench);
  expect(bench.text("keepalived.state[a]")).toBe("5");
  expect(bench.findings).toMatchObject([{ mend: expect.stringContaining("hidepid=0") }]);
});

test("an instance whose short name the configuration gives to another is left out", async () => {
  const world = new World();
  world.keepalived(confOf({ VI_1: [], other: [] }));
  const bench = benchOf(world, "VI_1.Instance=other");
  await next(world, bench);
  expect(bench.names()).toEqual(["VI_1"]);
  expect(JSON.parse(bench.text("keepalived.discovery"))).toMatchObject([{ "{#NAME}": "other" }]);
});

test("forget: what was found goes, what is configured stays", async () => {
  const world = new World();
  world.keepalived(CONF);
  const bench = benchOf(world, "a.Address=192.0.2.10");
  await next(world, bench);
  expect(bench.names()).toEqual(["a", "VI_1"]);
  expect([bench.collector.forget("a"), bench.collector.forget("VI_1"), bench.collector.forget("none")]).toEqual([
    false,
    true,
    false,
  ]);
});

test("transitions are not known right after the start, rather than 0", async () => {
  const world = new World();
  world.keepalived(CONF);
  const bench = benchOf(world);
  await next(world, bench);
  expect(bench.counter("VI_1", "transitions")).toBeUndefined();
  expect(bench.text("keepalived.transitions[VI_1,2s]")).toMatch(/^\(none: 0 of 2 seconds known/);
  await next(world, bench);
  expect(bench.counter("VI_1", "transitions")).toBe(0);
});
