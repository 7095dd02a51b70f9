import { expect, test } from "vitest";
import { lighttpd } from "../../../../src/sources/lighttpd/lighttpd.ts";
import { TickedSource } from "../../../ticked-source.ts";
import { type ScriptedIo, scriptedIo } from "../scripted-server.ts";

const CONF = "/etc/lighttpd/lighttpd.conf";
const PAGE =
  "HTTP/1.0 200 OK\r\n\r\nTotal Accesses: 3\nTotal kBytes: 26\nUptime: 1\nBusyServers: 1\nIdleServers: 9\nScoreboard: h\n";
const TOLD = 'server.port = 8080\n$HTTP["remoteip"] == "127.0.0.1" { status.status-url = "/s" }';
const LABELS = { URL: "http://127.0.0.1:8080/s", HOST: "127.0.0.1", PORT: "8080" };

function machine(conf: string | undefined, commandLine = `/usr/sbin/lighttpd\0-D\0-f\0${CONF}\0`): ScriptedIo {
  const io = scriptedIo();
  io.directories.set("/proc", ["1", "77"]);
  io.texts.set("/proc/77/cmdline", commandLine);
  io.texts.set("/proc/77/status", "NSpid:\t77\n");
  if (conf !== undefined) io.texts.set(CONF, conf);
  return io;
}

function serve(io: ScriptedIo, at: string, reply: string): void {
  io.servers.set(at, (_, { send, close }) => {
    send(reply);
    close();
  });
}

test("a readable configuration that tells the status page: found, kept when down, forgotten on demand", async () => {
  const io = machine(TOLD);
  serve(io, "127.0.0.1:8080", PAGE);
  const source = new TickedSource(lighttpd, io);
  expect(await source.state()).toBe("up");
  expect([...source.remembered]).toEqual([["127.0.0.1:8080", LABELS]]);
  io.directories.set("/proc", ["1"]);
  io.servers.clear();
  expect(await source.state()).toBe("down: connection refused by 127.0.0.1:8080");
  expect([source.forget("x"), source.forget("127.0.0.1:8080")]).toEqual([false, true]);
  await source.tick();
  expect(source.names()).toEqual([]);
});

test("another configuration in the next life of the process leads to the other page", async () => {
  const io = machine(TOLD);
  serve(io, "127.0.0.1:8080", PAGE);
  const source = new TickedSource(lighttpd, io);
  await source.tick();
  io.texts.set(CONF, TOLD.replace("/s", "/t"));
  io.texts.set("/proc/78/cmdline", io.texts.get("/proc/77/cmdline") ?? "");
  io.directories.set("/proc", ["1", "78"]);
  await source.tick();
  expect(JSON.parse(source.text("lighttpd.discovery"))).toMatchObject([{ "{#URL}": "http://127.0.0.1:8080/t" }]);
});

test("one that was found in an earlier life is listed although it does not run", async () => {
  const io = machine(undefined, "sleep\0");
  const remembered = new Map([["127.0.0.1:8080", { labels: LABELS, seen: 0 }]]);
  expect(await new TickedSource(lighttpd, io, { remembered }).state()).toMatch(/^down: connection refused/);
});

const bind = (address: string) => `server.bind = "${address}"\nstatus.status-url = "/s"`;
const places = [
  { name: "everywhere", conf: bind("0.0.0.0"), want: ["127.0.0.1:80"] },
  { name: "everywhere in IPv6", conf: bind("[::]"), want: ["[::1]:80"] },
  { name: "one address", conf: bind("10.0.0.1"), want: ["10.0.0.1:80"] },
];
for (const { name, conf, want } of places) {
  test(`it listens: ${name}`, async () => {
    const io = machine(conf);
    await new TickedSource(lighttpd, io).tick();
    expect(io.tried).toEqual(want);
  });
}

const silent = [
  {
    name: "no status page",
    conf: "server.port = 80",
    found: `"${CONF}" names no status.status-url that holds for 127.0.0.1`,
  },
  { name: "cannot be read", conf: undefined, found: `cannot read "${CONF}"` },
  { name: "TLS", conf: 'status.status-url = "/s"\nssl.engine = "enable"', found: `"${CONF}" has TLS on the main port` },
  { name: "a socket", conf: bind("/run/l.sock"), found: `"${CONF}" listens on the socket /run/l.sock` },
  {
    name: "a relative configuration",
    conf: TOLD,
    commandLine: "lighttpd\0-f\0lighttpd.conf\0",
    found: "its command line names no configuration file by its whole path",
  },
];
for (const { name, conf, commandLine, found } of silent) {
  test(`nothing is guessed, and it is said why: ${name}`, async () => {
    const io = machine(conf, commandLine);
    const source = new TickedSource(lighttpd, io);
    await source.tick();
    expect([source.names(), io.tried]).toEqual([[], []]);
    const mend = "name its status page in the configuration: Lighttpd.NAME.Url=http://HOST/PATH";
    expect(source.findings).toEqual([{ what: "lighttpd process", found, mend }]);
  });
}

test("a page that is not shown to us is not listed, but said", async () => {
  const io = machine(TOLD);
  serve(io, "127.0.0.1:8080", "HTTP/1.0 403 Forbidden\r\n\r\n");
  const source = new TickedSource(lighttpd, io);
  await source.tick();
  expect(source.names()).toEqual([]);
  expect(source.findings.map(({ what, found }) => [what, found])).toEqual([
    ["http://127.0.0.1:8080/s", expect.stringMatching(/^\/s is forbidden \(403\)/)],
  ]);
});

test("Discover=0 and a configured server: no process is looked for", async () => {
  for (const line of ["Lighttpd.Discover=0", "Lighttpd.a.Url=http://127.0.0.9/s"]) {
    const io = machine(TOLD);
    const source = new TickedSource(lighttpd, io, { lines: [line] });
    await source.tick();
    expect(io.tried).not.toContain("127.0.0.1:8080");
  }
});
