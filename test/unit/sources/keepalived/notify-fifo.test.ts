import { describe, expect, test } from "vitest";
import { benchOf, CONF, HERE, next, told } from "./bench.ts";
import { confOf, FIFO, line, World } from "./world.ts";

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
    expect(bench.text("keepalived.since[VI_1]")).toMatch(/^\(none/);
    expect(JSON.parse(bench.text("keepalived.get[VI_1]"))).not.toHaveProperty("here");
    expect(bench.names()).toEqual(["VI_1"]);
    expect(bench.findings).toEqual([]);
  });

  test("a parent that has ended does not run, also while nobody has noticed that", async () => {
    const { world, bench, pids } = await started();
    world.zombie(pids.parent);
    world.kill(pids.vrrp);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("4");
    expect(bench.trouble("VI_1")).toBe("no keepalived process runs");
  });

  test("where nothing tells the VRRP child from others, what was said before the youngest is not believed", async () => {
    const { world, bench, pids } = await started(confOf({ VI_1: [] }));
    world.notify(line("VI_1", "MASTER"));
    await next(world, bench);
    world.child(pids.parent);
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
  });

  test.each(["keepalived_vrrp", "my_vrrp"])("a VRRP child that is named %s is told from others", async (name) => {
    const world = new World();
    const { parent, vrrp } = world.keepalived(confOf({ VI_1: [] }));
    world.kill(vrrp);
    world.child(parent, name);
    const bench = benchOf(world, `NotifyFifo=${FIFO}`);
    await next(world, bench);
    world.notify(line("VI_1", "MASTER"));
    await next(world, bench);
    world.child(parent, "keepalived_lvs");
    await next(world, bench);
    expect(told(bench)).toBe("master by notify FIFO");
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
