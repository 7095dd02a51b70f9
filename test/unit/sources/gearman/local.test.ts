import { expect, test } from "vitest";
import { gearman } from "../../../../src/sources/gearman/gearman.ts";
import { TickedSource } from "../../../ticked-source.ts";
import { type ScriptedIo, scriptedIo } from "../scripted-server.ts";

const AT = "127.0.0.1:4730";
const REPLY = "a\t1\t0\t0\n.\nOK 1.1.20\nOK 77\n";
const LABELS = { ADDRESS: AT, HOST: "127.0.0.1", PORT: "4730" };

function machine(commandLine: string): ScriptedIo {
  const io = scriptedIo();
  io.directories.set("/proc", ["1", "77"]);
  io.texts.set("/proc/1/cmdline", "init\0");
  io.texts.set("/proc/77/cmdline", commandLine);
  io.texts.set("/proc/77/status", "NSpid:\t77\n");
  return io;
}

test("nothing configured and no gearmand: nothing is listed and nothing is touched", async () => {
  const io = machine("/usr/bin/gearman-monitor\0gearmand\0");
  const source = new TickedSource(gearman, io);
  await source.tick();
  expect([source.names(), io.tried, source.findings]).toEqual([[], [], []]);
});

test("a gearmand process: 127.0.0.1:4730 is found, stays when it is gone, and is forgotten on demand", async () => {
  const io = machine("/usr/sbin/gearmand\0--listen=localhost\0");
  io.servers.set(AT, (_, { send, close }) => {
    send(REPLY);
    close();
  });
  const source = new TickedSource(gearman, io);
  expect(await source.state()).toBe("up");
  expect(source.names()).toEqual([AT]);
  expect([...source.remembered]).toEqual([[AT, LABELS]]);
  io.directories.set("/proc", ["1"]);
  io.servers.delete(AT);
  expect(await source.state()).toBe("down: connection refused by 127.0.0.1:4730");
  expect([source.names(), source.findings]).toEqual([[AT], []]);
  expect([source.forget("other"), source.forget(AT), source.forget(AT)]).toEqual([false, true, false]);
  await source.tick();
  expect(source.names()).toEqual([]);
});

test("a gearmand on another port: said, not tried", async () => {
  const io = machine("/usr/sbin/gearmand\0-p\0" + "5000\0");
  io.servers.set("127.0.0.1:5000", (_, { send }) => send(REPLY));
  const source = new TickedSource(gearman, io);
  await source.tick();
  expect([source.names(), io.tried]).toEqual([[], [AT]]);
  expect(source.findings).toEqual([
    {
      what: "gearmand process",
      found: "one runs, but nothing answers at 127.0.0.1:4730, and other ports are not tried",
      mend: "name it in the configuration: Gearman.NAME.Address=HOST:PORT",
    },
  ]);
});

test("a gearmand in a container is not ours to look for", async () => {
  const io = machine("/usr/sbin/gearmand\0");
  io.texts.set("/proc/77/status", "NSpid:\t77\t1\n");
  const source = new TickedSource(gearman, io);
  await source.tick();
  expect(io.tried).toEqual([]);
});

test("one that was found in an earlier life is listed although it does not run", async () => {
  const io = machine("sleep\0");
  const source = new TickedSource(gearman, io, { remembered: new Map([[AT, { labels: LABELS, seen: 0 }]]) });
  expect(await source.state()).toBe("down: connection refused by 127.0.0.1:4730");
});

test("Discover=0: nothing is looked for", async () => {
  const io = machine("/usr/sbin/gearmand\0");
  const source = new TickedSource(gearman, io, { lines: ["Gearman.Discover=0"] });
  await source.tick();
  expect([source.names(), io.tried]).toEqual([[], []]);
});
