import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepalived } from "../../../../src/sources/keepalived/keepalived.ts";
import { SourceBench } from "../bench.ts";
import { confOf, FIFO, home, line, World } from "./world.ts";

const CONF = confOf({ VI_1: ["192.0.2.10/24"] });
const HERE = [{ interface: "eth0", address: "192.0.2.10" }];

function benchOf(world: World, ...lines: readonly string[]) {
  return new SourceBench(keepalived, world.io, { lines });
}

type KeepalivedBench = ReturnType<typeof benchOf>;

/** A second passes, and a tick comes. */
async function next(world: World, bench: KeepalivedBench): Promise<void> {
  await world.pass(1);
  await bench.tick();
}

/** "state by source" of VI_1. */
function told(bench: KeepalivedBench, name = "VI_1"): string {
  const json = JSON.parse(bench.text(`keepalived.get[${name}]`));
  return `${json.state_text} by ${json.source ?? "nothing"}`;
}

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

  test("an address on the loopback interface makes no master", async () => {
    const world = new World();
    world.keepalived(CONF);
    world.own = [{ interface: "lo", address: "192.0.2.10" }];
    const bench = benchOf(world);
    await next(world, bench);
    expect(told(bench)).toBe("not master by addresses");
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

describe("by notify FIFO", () => {
  async function started(conf = CONF) {
    const world = new World();
    const pids = world.keepalived(conf);
    const bench = benchOf(world, `NotifyFifo=${FIFO}`);
    await next(world, bench);
    await world.pass(2);
    return { world, bench, pids };
  }

  test("state, priority, time and every transition between two samples", async () => {
    const { world, bench } = await started(confOf({ VI_1: [] }));
    expect(bench.text("keepalived.state[VI_1]")).toBe("0");
    expect(bench.trouble("VI_1")).toBe(`nothing came out of "${FIFO}" yet; no virtual address of it is known`);
    await next(world, bench);
    world.notify(line("VI_1", "BACKUP"));
    await next(world, bench);
    world.notify(line("VI_1", "MASTER", 90) + line("VI_1", "FAULT", 90));
    await world.pass(1);
    world.notify(line("VI_1", "BACKUP", 80));
    const clock = world.io.now().clock;
    await next(world, bench);
    expect(told(bench)).toBe("backup by notify FIFO");
    expect(bench.text("keepalived.state[VI_1]")).toBe("1");
    expect(bench.text("keepalived.priority[VI_1]")).toBe("80");
    expect(bench.text("keepalived.since[VI_1]")).toBe(String(clock));
    expect(bench.text("keepalived.transitions[VI_1,2s]")).toBe("3");
  });

  test("a change of priority is no transition", async () => {
    const { world, bench } = await started(confOf({ VI_1: [] }));
    world.notify(line("VI_1", "MASTER", 90));
    const { clock } = world.io.now();
    await next(world, bench);
    world.notify(line("VI_1", "MASTER_PRIORITY", 70) + line("VI_1", "MASTER_RX_LOWER_PRI", 70));
    await next(world, bench);
    await next(world, bench);
    expect(bench.text("keepalived.priority")).toBe("70");
    expect(bench.text("keepalived.since")).toBe(String(clock));
    expect(bench.text("keepalived.transitions[,2s]")).toBe("0");
  });

  test("half a line waits for its rest", async () => {
    const { world, bench } = await started(confOf({ VI_1: [] }));
    world.notify('INSTANCE "VI_1" MAST');
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
    world.notify("ER 100\n");
    await next(world, bench);
    expect(told(bench)).toBe("master by notify FIFO");
  });

  test("garbage is counted, said and forgotten; names of all kinds are instances", async () => {
    const { world, bench } = await started(confOf({}));
    const name = 'ü "x" [1],{#A}';
    world.notify(`\0\xff garbage\n${line(name, "FAULT")}{}\n`);
    await next(world, bench);
    const [short = ""] = bench.names();
    expect(short).toMatch(/^[A-Za-z0-9_.:-]+-[0-9a-f]{6}$/);
    expect(bench.text(`keepalived.state[${short}]`)).toBe("3");
    expect(JSON.parse(bench.text("keepalived.discovery"))).toMatchObject([{ "{#NAME}": name }]);
    expect(bench.findings).toMatchObject([
      { what: FIFO, found: expect.stringMatching(/^2 lines since the sample before/) },
    ]);
    await next(world, bench);
    expect(bench.findings).toEqual([]);
  });

  test("somebody who writes ever new names does not fill the memory", async () => {
    const { world, bench } = await started();
    for (let made = 0; made < 5000; made++) world.notify(line(`n${made}`, "BACKUP"));
    await next(world, bench);
    expect(bench.names()).toHaveLength(1000);
  });

  test("FIFO and addresses contradict each other: for two samples it may be the moment, then the addresses are right", async () => {
    const { world, bench } = await started();
    world.own = HERE;
    world.notify(line("VI_1", "MASTER"));
    await next(world, bench);
    await next(world, bench);
    expect(told(bench)).toBe("master by notify FIFO");
    world.own = []; // another reader has taken the line
    await next(world, bench);
    expect(told(bench)).toBe("master by notify FIFO");
    await next(world, bench);
    expect(told(bench)).toBe("not master by addresses");
    expect(bench.trouble("VI_1")).toBe("its notify FIFO says master, but none of its 1 virtual addresses is here");
    world.notify(line("VI_1", "BACKUP"));
    await next(world, bench);
    expect(told(bench)).toBe("backup by notify FIFO");
    expect(bench.trouble("VI_1")).toBeUndefined();
    expect(bench.text("keepalived.transitions[VI_1,4s]")).toBe("1");
  });

  test("keepalived stops: not running, nothing else is said any more", async () => {
    const { world, bench, pids } = await started();
    world.notify(line("VI_1", "MASTER"));
    world.own = HERE;
    await next(world, bench);
    world.kill(pids.parent, pids.vrrp); // kill -9: the address stays
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("4");
    expect(bench.trouble("VI_1")).toBe("no keepalived process runs");
    expect(bench.text("keepalived.priority[VI_1]")).toMatch(/^\(none/);
    expect(bench.names()).toEqual(["VI_1"]);
    expect(bench.findings).toEqual([]);
  });

  test("a new VRRP child knows nothing of what the old one said", async () => {
    const { world, bench, pids } = await started(confOf({ VI_1: [] }));
    world.notify(line("VI_1", "MASTER"));
    await next(world, bench);
    world.kill(pids.vrrp);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("4");
    expect(bench.trouble("VI_1")).toBe(`keepalived, process ${pids.parent}, has no VRRP child`);
    world.child(pids.parent);
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
    world.notify(line("VI_1", "BACKUP"));
    await next(world, bench);
    expect(told(bench)).toBe("backup by notify FIFO");
  });

  test("a child that comes between two samples is seen by its start", async () => {
    const { world, bench, pids } = await started(confOf({ VI_1: [] }));
    world.notify(line("VI_1", "MASTER"));
    await next(world, bench);
    world.kill(pids.vrrp);
    world.child(pids.parent);
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
  });

  test("a restart of tidemark: unknown until the next line, unless the addresses tell", async () => {
    const { world, bench } = await started();
    world.notify(line("VI_1", "FAULT"));
    await next(world, bench);
    bench.restart();
    await next(world, bench);
    expect(told(bench)).toBe("not master by addresses");
    expect(bench.text("keepalived.priority[VI_1]")).toMatch(/^\(none/);
  });

  test("lines that have waited in the FIFO tell the state, not when it began", async () => {
    const world = new World();
    world.keepalived(confOf({ VI_1: [] }));
    const bench = benchOf(world, `NotifyFifo=${FIFO}`);
    await next(world, bench);
    world.notify(line("VI_1", "BACKUP") + line("VI_1", "MASTER"));
    await next(world, bench);
    expect(told(bench)).toBe("master by notify FIFO");
    expect(bench.text("keepalived.since")).toMatch(/^\(none/);
  });

  test("a FIFO that was made anew is opened anew", async () => {
    const { world, bench } = await started();
    expect(world.opened).toBe(1);
    world.replaceFifo();
    await next(world, bench);
    await next(world, bench);
    expect(world.opened).toBe(2);
    world.notify(line("VI_1", "FAULT"));
    await next(world, bench);
    expect(told(bench)).toBe("fault by notify FIFO");
  });

  test("a FIFO that may not be read: the addresses tell, and the finding says what to do", async () => {
    const world = new World();
    world.keepalived(CONF);
    world.refusal = "permission denied";
    world.own = HERE;
    const bench = benchOf(world, `NotifyFifo=${FIFO}`);
    for (const _ of [1, 2]) {
      await next(world, bench);
      expect(told(bench)).toBe("master by addresses");
      expect(bench.findings).toMatchObject([
        {
          what: FIFO,
          found: expect.stringMatching(/^permission denied/),
          mend: expect.stringMatching(/^setfacl -m u:\w+:r .*vrrp_notify_fifo/),
        },
      ]);
    }
    world.refusal = undefined; // mended
    await next(world, bench);
    world.notify(line("VI_1", "MASTER", 7));
    await next(world, bench);
    expect([told(bench), bench.findings]).toEqual(["master by notify FIFO", []]);
  });

  test("nothing can be read at all", async () => {
    const { world, bench } = await started(confOf({ VI_1: [] }));
    world.isFifoThere = false;
    world.replaceFifo();
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toBe(
      `cannot read "${FIFO}": no such file or directory; no virtual address of it is known`,
    );
    expect(bench.findings).toMatchObject([{ what: FIFO, mend: expect.stringContaining(`vrrp_notify_fifo ${FIFO}`) }]);
  });

  test("an instance that was taken out of the configuration leaves after three looks", async () => {
    const { world, bench } = await started(confOf({ VI_1: [] }));
    world.notify(line("gone", "BACKUP"));
    await next(world, bench);
    expect(bench.names()).toEqual(["VI_1", "gone"]);
    world.notify(line("gone", "DELETED"));
    for (const _ of [1, 2]) await next(world, bench);
    expect(bench.names()).toEqual(["VI_1", "gone"]);
    await next(world, bench);
    expect(bench.names()).toEqual(["VI_1"]);
  });
});

describe("by data file", () => {
  let made = 0;

  function written(world: World, data: object, age = 5): string {
    const path = join(home, `data-${made++}.json`);
    rewritten(world, path, data, age);
    return path;
  }

  function rewritten(world: World, path: string, data: object, age = 0): void {
    writeFileSync(path, JSON.stringify([{ data: { iname: "VI_1", ...data } }]));
    const modified = world.io.now().clock - age;
    utimesSync(path, modified, modified);
  }

  async function started(data: object, age?: number) {
    const world = new World();
    const pids = world.keepalived(confOf({ VI_1: [] }));
    await world.pass(60);
    const path = written(world, data, age);
    const bench = benchOf(world, `DataFile=${path}`);
    await next(world, bench);
    return { world, bench, path, pids };
  }

  test("tells state, priority and time", async () => {
    const { bench } = await started({ state: 3, effective_priority: 40, last_transition: 1_700_000_020.25 });
    expect(told(bench)).toBe("fault by data file");
    expect(bench.text("keepalived.priority")).toBe("40");
    expect(bench.text("keepalived.since")).toBe("1700000020");
  });

  test("is believed only so long", async () => {
    const { world, bench } = await started({ state: 2 });
    await world.pass(174);
    await bench.tick();
    expect(told(bench)).toBe("master by data file");
    await world.pass(2);
    await bench.tick();
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toMatch(/it was written 2023-11-14 22:14:15 UTC, and is believed for 180 s/);
    expect(bench.findings).toMatchObject([{ mend: expect.stringContaining("kill -$(keepalived --signum=JSON)") }]);
  });

  test("of the life before is not believed", async () => {
    const { world, bench, pids } = await started({ state: 2 });
    world.kill(pids.vrrp);
    world.child(pids.parent);
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
  });

  test("says more transitions than two states show", async () => {
    const { world, bench, path } = await started({ state: 2, last_transition: 1 });
    rewritten(world, path, { state: 2, last_transition: 2 });
    await next(world, bench);
    await next(world, bench);
    expect(bench.counter("VI_1", "transitions")).toBe(1);
    rewritten(world, path, { state: 1, last_transition: 3 });
    await next(world, bench);
    expect(bench.counter("VI_1", "transitions")).toBe(2);
  });

  test("half written: what was read before still holds, as long as it is fresh", async () => {
    const { world, bench, path } = await started({ state: 2 });
    await next(world, bench);
    writeFileSync(path, '[{"data":{"iname":"VI_1","sta');
    utimesSync(path, world.io.now().clock, world.io.now().clock);
    await bench.tick();
    expect(told(bench)).toBe("master by data file");
    await next(world, bench);
    await next(world, bench);
    expect(bench.trouble("VI_1")).toContain("it is no JSON of keepalived, or not whole");
  });

  test("newer words of the FIFO count more, and the other way round", async () => {
    const world = new World();
    world.keepalived(confOf({ VI_1: [] }));
    await world.pass(60);
    const path = written(world, { state: 2 });
    const bench = benchOf(world, `DataFile=${path}`, `NotifyFifo=${FIFO}`);
    await next(world, bench);
    expect(told(bench)).toBe("master by data file");
    world.notify(line("VI_1", "FAULT"));
    await next(world, bench);
    expect(told(bench)).toBe("fault by notify FIFO");
    await world.pass(5);
    rewritten(world, path, { state: 1 });
    await next(world, bench);
    expect(told(bench)).toBe("backup by data file");
  });

  test.each([
    ["a directory", (path: string) => mkdirSync(path), "it is a directory, no regular file"],
    [
      "something else",
      (path: string) => writeFileSync(path, "hello"),
      "it is neither keepalived.json nor keepalived.data",
    ],
    ["too large", (path: string) => writeFileSync(path, " ".repeat(600_000)), "it has 600000 bytes, more than 524288"],
    ["nothing", () => undefined, "no such file or directory"],
  ])("%s: cannot read, with the reason", async (_, make, reason) => {
    const world = new World();
    world.keepalived(confOf({ VI_1: [] }));
    const path = join(home, `odd-${made++}`);
    make(path);
    const bench = benchOf(world, `DataFile=${path}`);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toBe(`cannot use "${path}": ${reason}; no virtual address of it is known`);
    expect(bench.findings).toMatchObject([{ what: path, found: `cannot use "${path}": ${reason}` }]);
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
  expect(bench.text("keepalived.transitions[VI_1,2s]")).toMatch(/^\(none: 0 of 2 seconds known/);
});
