import { expect, test } from "vitest";
import { keepalivedChildren } from "../../../../src/sources/keepalived/keepalived.ts";
import { SourceBench } from "../bench.ts";
import { World } from "./world.ts";

async function started(children = 2) {
  const world = new World();
  const { parent, vrrp } = world.keepalived("");
  const pids = [vrrp];
  for (let more = 1; more < children; more++) pids.push(world.child(parent));
  const bench = new SourceBench(keepalivedChildren, world.io);
  const next = async () => {
    await world.pass(1);
    await bench.tick();
  };
  await next();
  await next();
  return { world, parent, pids, bench, next, count: () => bench.counter("keepalived", "restarts") };
}

test("a child that dies and comes again counts, once a sample however often", async () => {
  const { world, parent, pids, bench, next, count } = await started();
  expect(count()).toBe(0);
  let [child = 0] = pids;
  for (const _ of [1, 2, 3, 4, 5]) {
    world.kill(child);
    world.kill(world.child(parent));
    child = world.child(parent);
    await next();
  }
  expect(count()).toBe(5);
  expect(bench.text("keepalived.child.restarts[5s]")).toBe("5");
  expect(JSON.parse(bench.text("keepalived.child.get"))).toMatchObject({ running: 1 });
});

test("both children at once count two", async () => {
  const { world, parent, pids, next, count } = await started();
  world.kill(...pids);
  world.child(parent);
  world.child(parent);
  await next();
  expect(count()).toBe(2);
});

test("a child that is missing for some samples counts when it comes", async () => {
  const { world, parent, pids, next, count } = await started();
  world.kill(pids[0] ?? 0);
  await next();
  await next();
  expect(count()).toBe(0);
  world.child(parent);
  await next();
  expect(count()).toBe(1);
});

test("a first child of another kind is no restart", async () => {
  const { world, parent, next, count } = await started(1);
  world.child(parent);
  await next();
  expect(count()).toBe(0);
});

test("a restart of keepalived itself is none of its children", async () => {
  const { world, parent, pids, bench, next, count } = await started();
  world.kill(parent, ...pids);
  await next();
  expect([bench.names(), count()]).toEqual([["keepalived"], 0]);
  world.keepalived("");
  await next();
  expect(count()).toBe(0);
});

test("a pid that comes again is another child", async () => {
  const { world, parent, pids, next, count } = await started(1);
  const [child = 0] = pids;
  world.kill(child);
  world.child(parent, "keepalived", child);
  await next();
  expect(count()).toBe(1);
});

test("processes of children are none", async () => {
  const { world, pids, next, count } = await started();
  world.child(pids[0] ?? 0);
  await next();
  expect(count()).toBe(0);
});

test("where keepalived never ran there is nothing to count", async () => {
  const world = new World();
  const bench = new SourceBench(keepalivedChildren, world.io);
  await bench.tick();
  expect(bench.names()).toEqual([]);
  expect(bench.text("keepalived.child.restarts")).toBe("(unknown: No keepalived has been seen running here.)");
  expect(bench.text("keepalived.child.get")).toBe("{}");
});
