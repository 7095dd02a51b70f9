import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lighttpd } from "../../../../src/sources/lighttpd/lighttpd.ts";
import { TickedSource } from "../../../ticked-source.ts";
import { type ScriptedIo, scriptedIo } from "../scripted-server.ts";

const AT = "127.0.0.1:80";
const URL = "http://127.0.0.1/server-status";
const LINES = [`Lighttpd.web.Url=${URL}?auto`];
const capture = (name: string) => readFileSync(`test/samples/lighttpd/1.4.69-server-${name}`, "latin1");

function page(figures: { requests: number; kib?: number; uptime: number; busy?: number; idle?: number }): string {
  const { requests, kib = 0, uptime, busy = 1, idle = 9 } = figures;
  return (
    `Total Accesses: ${requests}\nTotal kBytes: ${kib}\nUptime: ${uptime}\nBusyServers: ${busy}\n` +
    `IdleServers: ${idle}\nScoreboard: h_________\n`
  );
}

/** A server whose next replies a test sets, and a clock that goes on a minute with each tick. */
class Site {
  readonly io: ScriptedIo = scriptedIo();
  readonly source: TickedSource;
  readonly requests: string[] = [];
  reply = "";

  constructor(lines = LINES) {
    this.io.servers.set(AT, (request, { send, close }) => {
      this.requests.push(request);
      send(this.reply);
      close();
    });
    this.source = new TickedSource(lighttpd, this.io, { lines, step: 60 });
  }

  async shows(body: string, status = "200 OK", fields = ""): Promise<string> {
    this.reply = `HTTP/1.0 ${status}\r\n${fields}\r\n${body}`;
    await this.io.pass(60);
    return this.source.state();
  }
}

test("the page of a real lighttpd", async () => {
  const real = new Site();
  expect(await real.shows(capture("status-auto.txt"))).toBe("up");
  expect(real.requests).toEqual([
    "GET /server-status?auto HTTP/1.0\r\nHost: 127.0.0.1:80\r\nUser-Agent: tidemark\r\nConnection: close\r\n\r\n",
  ]);
  expect(real.source.text("lighttpd.state")).toBe("1");
  expect(real.source.text("lighttpd.busy[web]")).toBe("1");
  expect(real.source.text("lighttpd.idle")).toBe("1364");
  expect(real.source.text("lighttpd.pused")).toBe("0.07326");
  expect(real.source.text("lighttpd.uptime")).toBe("1");
  expect(real.source.text("lighttpd.requests")).toBe("(none: 0 of 5 minutes known.)");
  expect(real.source.text("lighttpd.backends.down")).toBe(
    "(none: No error log is watched: set Lighttpd.NAME.ErrorLog.)",
  );
  expect(JSON.parse(real.source.text("lighttpd.discovery"))).toEqual([
    { "{#INSTANCE}": "web", "{#URL}": URL, "{#HOST}": "127.0.0.1", "{#PORT}": "80" },
  ]);
});

test("requests and traffic over windows, across a restart", async () => {
  const site = new Site();
  await site.shows(page({ requests: 1000, kib: 100, uptime: 600 }));
  await site.shows(page({ requests: 1060, kib: 160, uptime: 660 }));
  expect(site.source.text("lighttpd.requests[web,1m]")).toBe("60");
  expect(site.source.text("lighttpd.requests.rate[web,1m]")).toBe("1");
  expect(site.source.text("lighttpd.traffic.rate[web,1m]")).toBe("1024");
  await site.shows(page({ requests: 30, kib: 10, uptime: 20 }));
  expect(site.source.text("lighttpd.requests[web,2m]")).toBe("90");
  expect(site.source.text("lighttpd.restarts[web,2m]")).toBe("1");
  await site.shows(page({ requests: 60, kib: 10, uptime: 80 }));
  expect(site.source.text("lighttpd.requests[web,3m]")).toBe("120");
  expect(site.source.text("lighttpd.restarts[web,3m]")).toBe("1");
  expect(site.source.text("lighttpd.restarts[web,1m]")).toBe("0");
});

test("a new tidemark sees no restart: the server's own clock says when it started, however far it is from ours", async () => {
  const epochs = new Set<string>();
  for (const [seconds, uptime] of [
    ["10", 100],
    ["59", 149],
  ] as const) {
    const site = new Site();
    await site.shows(page({ requests: 1, uptime }), "200 OK", `Date: Sun, 22 Nov 2009 06:15:${seconds} GMT\r\n`);
    const sample = site.source.samples.get("web");
    if (sample?.kind === "good") epochs.add(sample.epoch);
  }
  expect(epochs).toEqual(new Set([String(Date.UTC(2009, 10, 22, 6, 13, 30) / 1000)]));
});

test("the master has everything that is known", async () => {
  const site = new Site();
  await site.shows(page({ requests: 0, uptime: 600, busy: 5, idle: 15 }));
  await site.shows(page({ requests: 6, kib: 3, uptime: 660, busy: 5, idle: 15 }));
  expect(site.source.json("lighttpd.get")).toEqual({
    instance: "web",
    state: 1,
    state_text: "up",
    error: "",
    time: 1_700_000_120,
    age: 0,
    requests_rate: { "1m": 0.1 },
    requests: { "1m": 6 },
    traffic_rate: { "1m": 51.2 },
    busy: 5,
    idle: 15,
    pused: 25,
    uptime: 660,
    restarts: { "1m": 0 },
  });
  expect(site.source.row("web")).toMatchObject({
    "Web server": "web",
    State: "up",
    Busy: "25.0 %",
    "Back ends down": "-",
  });
});

const local = '$HTTP["remoteip"] == "127.0.0.1" { status.status-url = "/server-status" }';
const refusals = [
  {
    status: "401 Unauthorized",
    want: `access denied: /server-status wants a login (401); show it to this machine without one: ${local}`,
  },
  {
    status: "403 Forbidden",
    want: `access denied: /server-status is forbidden (403); allow it for this machine: ${local}`,
  },
  {
    status: "404 Not Found",
    want: 'no status: no page /server-status (404); it needs mod_status and status.status-url = "/server-status"',
  },
  {
    status: "301 Moved",
    fields: "Location: https://x/\r\n",
    want: 'no status: status 301 leads to "https://x/", which is not followed; Url must be the final address',
  },
  {
    status: "204 No Content",
    want: "no status: /server-status is an empty page (204), as status.statistics-url has it",
  },
  { status: "500 Internal", want: "no status: status 500" },
  { status: "200 OK", body: "", want: /^no status: not a status page of lighttpd: an empty page/ },
  { status: "200 OK", body: capture("status.html"), want: /^no status: not a status page of lighttpd: an HTML page/ },
  {
    status: "200 OK",
    body: capture("status-json.txt"),
    want: /^no status: not a status page of lighttpd: a JSON page/,
  },
  {
    status: "200 OK",
    fields: "Content-Length: 500\r\n",
    body: "Total",
    want: /^down: connection closed by 127.0.0.1:80 after \d+ bytes of a reply$/,
  },
];
for (const { status, fields, body = "x", want } of refusals) {
  test(`a server that answers ${status} ${JSON.stringify(body.slice(0, 20))}`, async () => {
    const found = await new Site().shows(body, status, fields);
    if (typeof want === "string") expect(found).toBe(want);
    else expect(found).toMatch(want);
  });
}

test("a slow page: hung at the deadline; refused; nothing old is served", async () => {
  const site = new Site();
  await site.shows(page({ requests: 1, uptime: 1 }));
  site.io.servers.set(AT, (_, { send }) => send("HTTP/1.0 200 OK\r\n\r\nTotal"));
  const ticked = site.source.tick(0.9);
  await site.io.pass(0.9);
  await ticked;
  expect(site.source.told("web")).toBe("hung: only 24 bytes of a reply within 0.9 s");
  site.io.servers.delete(AT);
  await site.io.pass(200);
  expect(await site.source.state()).toBe("down: connection refused by 127.0.0.1:80");
  expect(site.source.text("lighttpd.busy")).toMatch(/^\(unknown: Last good sample .*: connection refused by/);
  expect(site.source.text("lighttpd.state")).toBe("0");
});

test("Url is needed", () => {
  expect(() => new Site(["Lighttpd.web.ErrorLog=/x"])).toThrow("Url is missing");
});
