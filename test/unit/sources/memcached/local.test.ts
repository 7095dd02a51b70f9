import { expect, test } from "vitest";
import type { Access, Io } from "../../../../src/io/io.ts";
import { paced } from "../../../../src/sources/memcached/pace.ts";
import { permissionFinding } from "../../../../src/sources/memcached/permission.ts";
import { Processes } from "../../../../src/sources/memcached/processes.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

/** A world whose small files are these. */
function world(files: Record<string, string>, access: Record<string, Access> = {}): Io {
  const list = (path: string): readonly string[] => {
    const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
    return [...new Set(inside.map((file) => file.slice(path.length + 1).replace(/\/.*/, "")))];
  };
  return { ...fakeIo(), readText: (path) => files[path], list, access: (path) => access[path] };
}

const init = { "/proc/1/cmdline": "/sbin/init\0" };

test("Processes: a memcached, a kernel thread and what has gone meanwhile", async () => {
  const files: Record<string, string> = {
    ...init,
    "/proc/2/cmdline": "",
    "/proc/70/cmdline": "memcached\0-p\x0011212\0",
    "/proc/70/status": "Name:\tmemcached\nNSpid:\t70\n",
    "/proc/self/status": "",
    "/proc/80/stat": "",
  };
  const processes = new Processes(world(files));
  expect((await processes.look()).map(({ pid, address }) => [pid, address?.uri])).toEqual([
    [70, "tcp://127.0.0.1:11212"],
  ]);
  expect(processes.findings).toEqual([]);
  delete files["/proc/70/cmdline"];
  delete files["/proc/70/status"];
  expect(await processes.look()).toEqual([]);
});

test("Processes: one in a container is told, not taken", async () => {
  const files = { ...init, "/proc/70/cmdline": "memcached\0", "/proc/70/status": "NSpid:\t70\t1\n" };
  const processes = new Processes(world(files));
  expect(await processes.look()).toEqual([]);
  expect(processes.findings).toEqual([
    {
      what: "memcached process 70",
      found: "it runs in a container, so its command line does not say how to reach it",
      mend: "name it in the configuration: Memcached.NAME.Uri=HOST:PORT",
    },
  ]);
});

for (const files of [{ "/proc/70/cmdline": "" }, { "/proc/1/status": "", "/proc/70/cmdline": "" }, {}]) {
  test(`Processes: hidepid is told (${Object.keys(files).join(", ")})`, async () => {
    const processes = new Processes(world(files));
    await processes.look();
    expect(processes.findings.map(({ what, found }) => [what, found])).toEqual([
      ["memcached processes", "the command lines of other users' processes in /proc cannot be read (hidepid?)"],
    ]);
  });
}

const accounts = {
  "/proc/self/status": "Name:\tnode\nUid:\t0\t990\t990\t990\n",
  "/etc/passwd": "root:x:0:0::/:\nmemcache:x:101:102::/:\ntidemark:x:990:990::/:\n",
  "/etc/group": "root:x:0:\nmemcache:x:102:\n",
};

test("permissionFinding: names path, mode, owner, our user and the command that mends it", () => {
  const io = world(accounts, { "/run/m.sock": { mode: 0o700, uid: 101, gid: 102 } });
  expect(permissionFinding(io, "/run/m.sock")).toEqual({
    what: "/run/m.sock",
    found: "no permission to use /run/m.sock: mode 0700, owner memcache, tidemark runs as tidemark",
    mend: "start memcached with -a 0770, then: usermod -a -G memcache tidemark",
  });
});

test("permissionFinding: ids where there are no names, and a directory that hides the socket", () => {
  const bare = world({}, { "/s": { mode: 0o4, uid: 7, gid: 8 } });
  expect(permissionFinding(bare, "/s")).toMatchObject({
    found: "no permission to use /s: mode 0004, owner 7, tidemark runs as unknown",
    mend: "start memcached with -a 0770, then: usermod -a -G 8 unknown",
  });
  expect(permissionFinding(world(accounts), "/d/s").found).toBe("no permission to reach /d/s as user tidemark");
});

test("paced: a few start at once", () => {
  const started: number[] = [];
  void paced(fakeIo(), 3000, [1, 2, 3], async (n) => void started.push(n));
  return Promise.resolve().then(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([1, 2, 3]);
  });
});

test("paced: many start in groups over a small part of the time, and all are done at the end", async () => {
  const io = fakeIo();
  const started: number[] = [];
  let done = false;
  const all = Array.from({ length: 100 }, (_, n) => n);
  const end = paced(io, 3000, all, async (n) => void started.push(n)).then(() => {
    done = true;
  });
  await io.pass(0);
  expect(started.length).toBe(8);
  await io.pass(0.301);
  await end;
  expect([started, done]).toEqual([all, true]);
});

test("paced: those that hang make room for others after a moment, but are waited for", async () => {
  const io = fakeIo();
  const started: number[] = [];
  let done = false;
  let free: () => void = () => undefined;
  const hang = new Promise<void>((resolve) => {
    free = resolve;
  });
  const all = Array.from({ length: 64 }, (_, n) => n);
  const end = paced(io, 3000, all, async (n) => {
    started.push(n);
    await hang;
  }).then(() => {
    done = true;
  });
  await io.pass(0.045);
  expect(started.length).toBe(16);
  await io.pass(1);
  expect([started.length, done]).toEqual([64, false]);
  free();
  await end;
  expect(done).toBe(true);
});
