import { describe, expect, test } from "vitest";
import { SERVICE_DIRECTORIES } from "../../../../src/io/service-directories.ts";
import type { Scan, ServiceRecord } from "../../../../src/sources/supervise/record.ts";
import { ScanDirectories } from "../../../../src/sources/supervise/scan-directories.ts";
import { Supervisors } from "../../../../src/sources/supervise/supervisors.ts";
import { daemontoolsStatus, type Entry, ioOver, NOW, Tree, upService } from "./tree.ts";

/** A reader over files that a test may change between its looks. */
class Host {
  readonly tree: Tree;
  readonly #reader: ScanDirectories;
  readonly #supervisors: Supervisors;

  constructor(
    entries: Readonly<Record<string, Entry>>,
    { directories = ["/service"], required = true, texts = {} } = {},
  ) {
    this.tree = new Tree(entries);
    const io = ioOver(this.tree, texts);
    this.#supervisors = new Supervisors(io);
    this.#reader = new ScanDirectories(io, this.#supervisors, { directories, required });
  }

  async look(deadline = new AbortController().signal): Promise<Scan> {
    await this.#supervisors.look();
    return this.#reader.look({ slot: 0, stamp: { clock: NOW, mono: 0 }, deadline, seconds: 1 });
  }

  async only(): Promise<ServiceRecord> {
    const { services } = await this.look();
    if (services[0] === undefined || services.length > 1) throw new Error(`found ${services.length} services`);
    return services[0];
  }
}

function told(record: ServiceRecord): string {
  return `${record.name}: ${record.state}${record.kind === "unread" ? `: ${record.reason}` : ""}`;
}

function names({ services }: Scan): readonly string[] {
  return services.map(({ name }) => name);
}

describe("what is a service", () => {
  test("a directory with a run file or a supervise directory; the others are passed over", async () => {
    const host = new Host({
      ...upService("/service/web"),
      "/service/.hidden/run": { bytes: "" },
      "/service/README": { bytes: "read me" },
      "/service/pipe": { fifo: "silent" },
      "/service/config/rules": { bytes: "" },
      "/service/new/run": { bytes: "" },
    });
    const scan = await host.look();
    expect(scan.services.map(told)).toEqual([
      'new: never supervised: "/service/new/supervise/status" is missing: no supervisor has taken it up',
      "web: up",
    ]);
    expect(scan.incomplete).toBeUndefined();
  });

  test("names with spaces, brackets, quotes, newlines and bytes that are no UTF-8", async () => {
    const odd = ["a b", "c[d]", `e"f'`, "g\nh", "gr\xc3\xbc\xc3\x9f", "\xff\xfe"];
    const host = new Host(Object.assign({}, ...odd.map((name) => upService(`/service/${name}`))));
    expect(names(await host.look())).toEqual(["a b", "c[d]", `e"f'`, "g\\x0ah", "grüß", "\\xff\\xfe"]);
  });

  test("5,000 services, each once", async () => {
    const host = new Host({ "/service/s0/run": { bytes: "" } });
    const fast = new Map(Array.from({ length: 5000 }, (_, at) => [`s${at}`, at]));
    host.tree.names = () => ({ kind: "ok", value: [...fast.keys()] });
    host.tree.facts = (path) => ({
      kind: "ok",
      value: { kind: "directory", mode: 0o755, size: 0, modified: 0, identity: path, birth: 0 },
    });
    host.tree.read = () => ({ kind: "failed", code: "EIO", reason: "i/o error" });
    const { services } = await host.look();
    expect(services.filter(({ state }) => state === "cannot read")).toHaveLength(10_000); // and as many log services
  });

  test("more names than any directory of services has are an error", async () => {
    const host = new Host(upService("/service/web"));
    host.tree.names = () => ({ kind: "ok", value: Array.from({ length: 10_001 }, (_, at) => `s${at}`) });
    expect(await host.look()).toMatchObject({
      services: [],
      incomplete: 'cannot list "/service": it has more than 10000 names',
    });
  });
});

describe("log services", () => {
  test("are rows of their own, under their service", async () => {
    const host = new Host({ ...upService("/service/web", 7), ...upService("/service/web/log", 8) });
    expect((await host.look()).services).toMatchObject([
      { name: "web", pid: 7 },
      { name: "web:log", pid: 8, logOf: "web", path: "/service/web/log" },
    ]);
  });

  test("one that svscan missed is told from one that is down, with what mends it", async () => {
    const host = new Host({ ...upService("/service/web"), "/service/web/log/run": { bytes: "" } });
    const scan = await host.look();
    expect(scan.services[1]).toMatchObject({ name: "web:log", state: "never supervised" });
    expect(scan.findings).toEqual([
      {
        what: "/service/web/log",
        found: "never supervised: svscan looks for it only once, when it first sees web",
        mend: "chmod +t /service/web; mv /service/web /service/.web; svc -dx /service/.web; sleep 10; mv /service/.web /service/web",
      },
    ]);
  });

  test("a log directory with files only is none", async () => {
    const host = new Host({ ...upService("/service/web"), "/service/web/log/current": { bytes: "" } });
    expect(names(await host.look())).toEqual(["web"]);
  });
});

describe("several directories", () => {
  const two = { ...upService("/service/web", 7), ...upService("/etc/service/web", 8) };

  test("a name that is in both goes to the first, the other has its path", async () => {
    const host = new Host(two, { directories: ["/service", "/etc/service"] });
    expect(names(await host.look())).toEqual(["web", "/etc/service/web"]);
    host.tree.entries.delete("/service/web/run");
    for (const path of [...host.tree.entries.keys()])
      if (path.startsWith("/service/web")) host.tree.entries.delete(path);
    host.tree.entries.set("/service", { directory: true });
    expect(names(await host.look())).toEqual(["/etc/service/web"]);
  });

  test("links to one directory show its services once", async () => {
    const same = { directory: true, identity: "1:1" } as const;
    const host = new Host(
      { ...two, "/service": same, "/etc/service": same },
      { directories: ["/service", "/etc/service"] },
    );
    expect(names(await host.look())).toEqual(["web"]);
    const service = { directory: true, identity: "1:2" } as const;
    const linked = new Host(
      { ...two, "/service/web": service, "/etc/service/web": service },
      { directories: ["/service", "/etc/service"] },
    );
    expect(names(await linked.look())).toEqual(["web"]);
  });

  test("the usual ones need not be there, but one that was there must stay", async () => {
    const host = new Host(upService("/service/web"), { directories: [...SERVICE_DIRECTORIES], required: false });
    expect((await host.look()).incomplete).toBeUndefined();
    host.tree.entries.clear();
    expect(await host.look()).toMatchObject({ incomplete: 'cannot list "/service": no such file or directory' });
  });

  test("a configured one that is missing is an error", async () => {
    const host = new Host(upService("/service/web"), { directories: ["/service", "/srv/scan"] });
    expect(await host.look()).toMatchObject({
      services: [{ name: "web", state: "up" }],
      incomplete: 'cannot list "/srv/scan": no such file or directory',
      findings: [{ what: "/srv/scan", mend: "name the scan directories with Supervise.Directories" }],
    });
  });

  test("while one cannot be listed, the services that were there are still read", async () => {
    const host = new Host(upService("/service/web", 7));
    await host.look();
    host.tree.names = () => ({ kind: "failed", code: "EACCES", reason: "permission denied" });
    expect(await host.look()).toMatchObject({
      services: [{ name: "web", pid: 7 }],
      incomplete: 'cannot list "/service": permission denied: mode 0700, owner 0, tidemark runs as unknown',
      findings: [{ what: "/service", mend: "chmod o+rx /service" }],
    });
  });

  test("a scan that does not end in time is not complete", async () => {
    const host = new Host(upService("/service/web"));
    expect(await host.look(AbortSignal.abort())).toMatchObject({
      services: [],
      incomplete: "the scan did not end in time",
    });
  });
});

describe("what cannot be believed or read", () => {
  const status = "/service/web/supervise/status";
  const cases: readonly { name: string; change: Readonly<Record<string, Entry>>; want: string }[] = [
    {
      name: "an empty record",
      change: { [status]: { bytes: "" } },
      want: `web: cannot read: "${status}": expected 18 or 20 bytes, found 0`,
    },
    {
      name: "a FIFO for a record",
      change: { [status]: { fifo: "silent" } },
      want: `web: cannot read: "${status}": it is no regular file`,
    },
    {
      name: "a loop of links",
      change: { "/service/web": { fails: "ELOOP" } },
      want: 'web: cannot read: "/service/web": too many symbolic links encountered',
    },
    {
      name: "a link to nothing",
      change: { "/service/web": { fails: "ENOENT" } },
      want: 'web: cannot read: "/service/web": it is a symbolic link to nothing, or was just removed',
    },
    {
      name: "a record that is gone",
      change: { [status]: { fails: "ENOENT" } },
      want: `web: never supervised: "${status}" is missing: no supervisor has taken it up`,
    },
    {
      name: "a directory that is not ours",
      change: { "/service/web/supervise/": { directory: true }, [status]: { fails: "EACCES" } },
      want: 'web: cannot read: "/service/web/supervise": permission denied: mode 0700, owner 0, tidemark runs as unknown; mend: chmod go+x /service/web/supervise',
    },
    {
      name: "a FIFO that nobody reads",
      change: { "/service/web/supervise/ok": { fifo: "silent" } },
      want: 'web: supervisor dead: nobody reads "/service/web/supervise/ok"; process 100 is gone',
    },
    {
      name: "a program without its supervisor",
      change: { "/service/web/supervise/ok": { fifo: "silent" }, "/proc/100/stat": { bytes: "" } },
      want: 'web: supervisor dead: nobody reads "/service/web/supervise/ok"; process 100 is still there, without a supervisor',
    },
  ];
  test.each(cases)("$name", async ({ change, want }) => {
    const host = new Host({ ...upService("/service/web"), ...upService("/service/other"), ...change });
    const { services, incomplete } = await host.look();
    expect(services.map(told)).toEqual(["other: up", want]);
    expect(incomplete).toBeUndefined();
  });

  test("a record beside no FIFO", async () => {
    const host = new Host(upService("/service/web"));
    host.tree.entries.delete("/service/web/supervise/ok");
    expect(told(await host.only())).toBe("web: supervisor dead: it has left no FIFO; process 100 is gone");
  });

  test("a stamp from the future is kept as it is", async () => {
    const host = new Host(upService("/service/web"));
    host.tree.entries.set(status, { bytes: daemontoolsStatus({ since: NOW + 5000, pid: 3 }) });
    expect(await host.only()).toMatchObject({ state: "up", since: NOW + 5000 });
  });
});

describe("a FIFO that may not be opened", () => {
  const denied = { ...upService("/service/web"), "/service/web/supervise/ok": { fifo: "denied" } } as const;
  const process = (pid: number, ...args: readonly string[]): Readonly<Record<string, Entry>> => ({
    [`/proc/${pid}/cmdline`]: { bytes: `${args.join("\0")}\0` },
  });
  const init = { "/proc/1/cmdline": "init\0" };

  test("the parent of the program is the supervisor", async () => {
    const texts = { ...init, "/proc/100/stat": "100 (od) d) S 50 100", "/proc/50/cmdline": "" };
    const host = new Host({ ...denied, ...process(50, "supervise", "web") }, { texts });
    expect(told(await host.only())).toBe("web: up");
  });

  test("a program whose parent is not", async () => {
    const texts = { ...init, "/proc/100/stat": "100 (web) S 1 100", "/proc/50/cmdline": "" };
    const host = new Host({ ...denied, ...process(50, "supervise", "web") }, { texts });
    expect(told(await host.only())).toMatch(/^web: supervisor dead: no supervise process; /);
  });

  test("of a service that is down, a process of that name", async () => {
    const down = { "/service/web/supervise/status": { bytes: daemontoolsStatus({ since: NOW, want: "d" }) } };
    const texts = { ...init, "/proc/50/cmdline": "" };
    const host = new Host({ ...denied, ...down, ...process(50, "supervise", "web") }, { texts });
    expect(told(await host.only())).toBe("web: down");
    const other = new Host({ ...denied, ...down, ...process(50, "supervise", "mail") }, { texts });
    expect(told(await other.only())).toBe("web: supervisor dead: no supervise process; it was down");
  });

  test("nothing can be told where /proc hides processes", async () => {
    const host = new Host(denied);
    expect(await host.only()).toMatchObject({
      state: "up",
      note: 'whether its supervisor runs cannot be told: "/service/web/supervise/ok" is not ours',
    });
  });
});

test("many directories that are not ours are one finding with one command", async () => {
  const services = Array.from({ length: 9 }, (_, at) => `/service/s${at}`);
  const host = new Host(
    Object.assign(
      {},
      ...services.map((path) => ({
        [`${path}/supervise/ok`]: { fifo: "denied" },
        [`${path}/supervise/status`]: { fails: "EACCES" },
      })),
    ),
  );
  expect((await host.look()).findings).toEqual([
    {
      what: "/service/s0/supervise, and 8 more like it",
      found: "permission denied: mode 0700, owner 0, tidemark runs as unknown",
      mend: "find -L /service -mindepth 2 -maxdepth 3 -name supervise -type d -exec chmod go+x {} +",
    },
  ]);
});

test("what lies in /run is mended for the next boot, too", async () => {
  const host = new Host(
    { "/run/service/a b/supervise/ok": { fifo: "denied" }, "/run/service/a b/supervise/status": { fails: "EACCES" } },
    { directories: ["/run/service"] },
  );
  expect((await host.look()).findings).toMatchObject([
    {
      mend: "chmod go+x '/run/service/a b/supervise'; echo 'd /run/service/a b/supervise 0711 root root' >>/etc/tmpfiles.d/tidemark.conf",
    },
  ]);
});

test("an s6 service that says when it is ready is starting until then", async () => {
  const up = "400000006b0228ce1baf87f3400000006b0228ce1ae726b00000000000004618000004";
  const service = {
    "/service/web/supervise/status": { bytes: Buffer.from(up, "hex"), modified: NOW },
    "/service/web/supervise/control": { fifo: "read" },
    "/service/web/notification-fd": { bytes: "3\n" },
  } as const;
  expect(await new Host(service).only()).toMatchObject({ supervisor: "s6", state: "starting or not ready", up: true });
  const ready = { ...service, "/service/web/supervise/status": { bytes: Buffer.from(`${up.slice(0, -2)}0c`, "hex") } };
  expect(await new Host(ready).only()).toMatchObject({ state: "up" });
});

test("a slice of services takes few looks at the disk", async () => {
  const host = new Host(upService("/service/web"));
  await host.look();
  host.tree.looks = 0;
  await host.look();
  expect(host.tree.looks).toBeLessThanOrEqual(8);
});
