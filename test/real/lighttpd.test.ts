import { appendFileSync, chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import { lighttpd } from "../../src/sources/lighttpd/lighttpd.ts";
import { TickedSource } from "../ticked-source.ts";
import { address, freePort } from "./address.ts";
import { Mimic } from "./memcached-sampling.ts";
import type { Program } from "./program.ts";
import { isSkipped, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const withLighttpd = test.skipIf(isSkipped("lighttpd"));

/** A web server with its files in a directory of its own. */
class Site {
  readonly directory = temporaryDirectory();
  readonly log = `${this.directory}/error.log`;
  readonly conf = `${this.directory}/lighttpd.conf`;
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  static async make(more: readonly string[] = []): Promise<Site> {
    const site = new Site(await freePort(host));
    chmodSync(site.directory, 0o755);
    mkdirSync(`${site.directory}/root`);
    writeFileSync(`${site.directory}/root/page`, "x".repeat(100_000));
    const lines = [
      `server.document-root = "${site.directory}/root"`,
      `server.bind = "${host}"`,
      `server.port = ${site.port}`,
      `server.errorlog = "${site.log}"`,
      'server.modules = ("mod_access", "mod_redirect", "mod_proxy", "mod_status")',
      'status.status-url = "/server-status"',
      'status.statistics-url = "/statistics"',
      'url.redirect = ("^/moved" => "/server-status")',
      '$HTTP["url"] =~ "^/forbidden" { url.access-deny = ("") }',
    ];
    writeFileSync(site.conf, `${[...lines, ...more].join("\n")}\n`);
    return site;
  }

  start(): Promise<Program> {
    return start("lighttpd", ["-D", "-f", this.conf], { ready: { host, port: this.port } });
  }

  url(path = "/server-status"): string {
    return `http://${host}:${this.port}${path}`;
  }

  watched(): TickedSource {
    const lines = [`Lighttpd.web.Url=${this.url()}`, `Lighttpd.web.ErrorLog=${this.log}`];
    return new TickedSource(lighttpd, realIo(), { lines });
  }

  /** The first line of the answer. */
  get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = "";
      const socket = connect({ host, port: this.port });
      socket.on("data", (bytes) => {
        text += bytes.toString("latin1");
      });
      socket.once("error", reject);
      socket.once("close", () => resolve(text.split("\r\n")[0] ?? ""));
      socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
    });
  }
}

/** Ticks until the values of the keys are as wanted. */
async function becomes(source: TickedSource, key: string, want: (text: string) => boolean): Promise<void> {
  const ticked = async () => {
    await source.tick();
    if (!want(source.text(key))) throw new Error(source.text(key));
    return true;
  };
  await waitFor(ticked, { what: key });
}

withLighttpd("a real lighttpd: requests and traffic are counted, across a restart", async () => {
  const site = await Site.make();
  const program = await site.start();
  const source = site.watched();
  expect(await source.state()).toBe("up");
  expect(Number(source.text("lighttpd.idle"))).toBeGreaterThan(100);
  expect(Number(source.text("lighttpd.pused"))).toBeLessThan(5);
  for (let count = 0; count < 20; count++) expect(await site.get("/page")).toBe("HTTP/1.0 200 OK");
  await becomes(source, "lighttpd.requests[web,1s]", (text) => Number(text) >= 20);
  expect(Number(source.text("lighttpd.traffic.rate[web,1s]"))).toBeGreaterThan(1_000_000);
  expect(source.text("lighttpd.restarts[web,1s]")).toBe("0");

  program.freeze();
  expect(await source.state(0.3)).toBe("hung: connected, but no reply within 0.3 s");
  program.thaw();
  expect(await source.state()).toBe("up");
  await waitFor(async () => (await source.state()) === "up" && Number(source.text("lighttpd.uptime")) >= 2, {
    what: "an uptime that can fall",
  });

  await program.kill();
  expect(await source.state()).toBe(`down: connection refused by ${host}:${site.port}`);
  expect(source.text("lighttpd.state")).toBe("0");
  await site.start();
  expect(await source.state()).toBe("up");
  expect(source.text("lighttpd.restarts[web,2s]")).toBe("1");
});

withLighttpd("back ends: marked down in the tick, tried again later, across a rotation of the log", async () => {
  const backEnd = { host, port: await freePort(host) };
  const proxy = `$HTTP["url"] =~ "^/back" { proxy.server = ("" => (("host" => "${host}", "port" => ${backEnd.port}))) }`;
  const site = await Site.make([proxy]);
  const program = await site.start();
  const source = site.watched();
  expect(await source.state()).toBe("up");
  expect(source.text("lighttpd.backends.down")).toBe("0");
  expect(await site.get("/back")).toBe("HTTP/1.0 503 Service Unavailable");
  await source.tick();
  expect(source.text("lighttpd.backends.down")).toBe("1");
  expect(source.json("lighttpd.get")).toMatchObject({ backends: [`tcp:${host}:${backEnd.port}`] });

  renameSync(site.log, `${site.log}.1`);
  program.signal("SIGHUP");
  await waitFor(() => existsSync(site.log), { what: "the new log" });
  await becomes(source, "lighttpd.backends.down", (text) => text === "0"); // lighttpd tries it again after a second
  await Mimic.listen(backEnd, (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\n"));
  expect(await site.get("/back")).toBe("HTTP/1.0 200 OK");
  await source.tick();
  expect(source.text("lighttpd.backends.down")).toBe("0");
  await source.close();
});

const PAGE = "Total Accesses: 1\nTotal kBytes: 1\nUptime: 1\nBusyServers: 1\nIdleServers: 1\nScoreboard: ";
const OK = "HTTP/1.0 200 OK\r\n";

const strangers = [
  { name: "silent", want: /^hung: connected, but no reply within 0.4 s$/ },
  {
    name: "slow",
    reply: `${OK}Content-Length: 999\r\n\r\nTotal`,
    want: /^hung: only \d+ bytes of a reply within 0.4 s$/,
  },
  { name: "endless", reply: `${OK}\r\n${PAGE}${"_".repeat(2 ** 21)}`, want: /more than 1048576 bytes in one page$/ },
  { name: "header", reply: OK + "X: y\r\n".repeat(10_000), want: /more than 16384 bytes of header$/ },
  {
    name: "chunked",
    reply: `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    want: /^no status: .* a page in chunks/,
  },
  { name: "login", reply: "HTTP/1.1 401 Unauthorized\r\n\r\n", want: /^access denied: .* \(401\); show it/ },
  { name: "ssh", reply: "SSH-2.0-OpenSSH_9.2\r\n", want: /^no status: not a page of lighttpd: no HTTP$/ },
] as const;

withLighttpd("other pages and strangers: each has its state and reason in the tick itself", async () => {
  const site = await Site.make();
  await site.start();
  const pages = [
    { name: "good", path: "/server-status", want: /^up$/ },
    { name: "missing", path: "/nothing", want: /^no status: no page \/nothing \(404\); it needs mod_status/ },
    { name: "forbidden", path: "/forbidden", want: /^access denied: \/forbidden is forbidden \(403\); allow it/ },
    { name: "moved", path: "/moved", want: /^no status: status 301 leads to "\/server-status", which is not followed/ },
    { name: "statistics", path: "/statistics", want: /^no status: \/statistics is an empty page \(204\)/ },
    { name: "file", path: "/page", want: /^no status: .* a page without "Total Accesses": "x{40}"$/ },
  ];
  const lines = pages.map(({ name, path }) => `Lighttpd.${name}.Url=${site.url(path)}`);
  for (const stranger of strangers) {
    const at = { host, port: await freePort(host) };
    await Mimic.listen(at, (socket) => {
      socket.once("data", () => ("reply" in stranger ? socket.write(stranger.reply) : undefined));
    });
    lines.push(`Lighttpd.${stranger.name}.Url=http://${at.host}:${at.port}/server-status`);
  }
  const source = new TickedSource(lighttpd, realIo(), { lines });
  const began = performance.now();
  await source.tick(0.42);
  expect(performance.now() - began).toBeLessThan(1500);
  for (const { name, want } of [...pages, ...strangers]) expect(source.told(name), name).toMatch(want);
});

/** The real world without anybody else's processes in it. */
function narrowed(pid: number): Io {
  const io = realIo();
  return { ...io, list: (path) => (path === "/proc" ? [String(pid)] : io.list(path)) };
}

withLighttpd("nothing configured: a running lighttpd whose configuration tells its status page is found", async () => {
  const site = await Site.make();
  const program = await site.start();
  const source = new TickedSource(lighttpd, narrowed(program.pid));
  expect(await source.state()).toBe("up");
  expect(source.names()).toEqual([`${host}:${site.port}`]);
  appendFileSync(site.conf, "# changed\n");
  await source.tick();
  expect(source.findings).toEqual([]);
});
