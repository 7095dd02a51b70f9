import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConf } from "../../../../src/sources/lighttpd/conf.ts";
import { scriptedIo } from "../scripted-server.ts";

const PATH = "/etc/lighttpd/lighttpd.conf";

function settings(text: string, more: Readonly<Record<string, string>> = {}): Record<string, string> | undefined {
  const io = scriptedIo();
  for (const [path, content] of Object.entries({ ...more, [PATH]: text })) io.texts.set(path, content);
  io.directories.set("/etc/lighttpd/conf-enabled", ["10-status.conf", "20-b.conf", "README", ".10-status.conf"]);
  const read = readConf(io, PATH);
  return read === undefined ? undefined : Object.fromEntries(read);
}

const cases = [
  {
    name: "plain values",
    text: 'server.port = 81\nserver.bind="10.0.0.1"',
    want: { "server.port": "81", "server.bind": "10.0.0.1" },
  },
  {
    name: "comments",
    text: '# server.port = 81\nserver.bind = "a#b" # server.port = 1',
    want: { "server.bind": "a#b" },
  },
  { name: "expressions are not known", text: 'server.port = 80 + 1\na = "x" + var.y\nb = env.X', want: {} },
  { name: "additions are not known", text: 'server.modules += ("mod_status")', want: {} },
  { name: "the last one counts", text: "server.port = 80\nserver.port := 82", want: { "server.port": "82" } },
  {
    name: "a block for this machine",
    text: '$HTTP["remoteip"] == "127.0.0.1" { status.status-url = "/s" }',
    want: { "status.status-url": "/s" },
  },
  {
    name: "a pattern for this machine",
    text: '$HTTP["remoteip"] =~ "^(10\\.|127\\.0\\.0\\.1$)" {\n status.status-url = "/s"\n}',
    want: { "status.status-url": "/s" },
  },
  {
    name: "blocks for others",
    text:
      '$HTTP["remoteip"] != "127.0.0.1" { a = "1" } $HTTP["host"] == "127.0.0.1" { b = "2" }\n' +
      '$SERVER["socket"] == ":81" { c = 3 } else { d = 4 } $HTTP["remoteip"] == "10.0.0.1" { e = 5 }\nf = 6',
    want: { f: "6" },
  },
  {
    name: "a block within another",
    text: '$HTTP["host"] == "x" { $HTTP["remoteip"] == "127.0.0.1" { a = "1" } }',
    want: {},
  },
];
for (const { name, text, want } of cases) test(`readConf: ${name}`, () => expect(settings(text)).toEqual(want));

test("includes: by name and by stars, beside the file and with whole paths; not in circles", () => {
  const more = {
    "/etc/lighttpd/conf-enabled/10-status.conf": 'status.status-url = "/s"',
    "/etc/lighttpd/conf-enabled/20-b.conf": "b = 2",
    "/etc/lighttpd/conf-enabled/README": "c = 3",
    "/etc/other.conf": `d = 4\ninclude "${PATH}"`,
  };
  const text = 'include "conf-enabled/*.conf"\ninclude "/etc/other.conf"\ninclude_shell "echo"';
  expect(settings(text, more)).toEqual({ "status.status-url": "/s", b: "2", d: "4" });
});

test("more than is read in one go is left out", () => {
  const more = { "/etc/large.conf": `${"# x\n".repeat(40_000)}a = 1` };
  expect(settings('include "/etc/large.conf"\nb = 2', more)).toEqual({ b: "2" });
});

test("a file that cannot be read", () => expect(readConf(scriptedIo(), PATH)).toBeUndefined());

test("Debian's own file", () => {
  const text = readFileSync("test/samples/lighttpd/debian-12-lighttpd.conf", "utf8");
  expect(settings(text)).toMatchObject({ "server.port": "80", "server.errorlog": "/var/log/lighttpd/error.log" });
});

test("a string that does not end takes the rest, and no more time than it is long", () => {
  expect(settings('server.port = 81\nserver.name = "a\nserver.port = 82\n')).toMatchObject({ "server.port": "81" });
  const began = performance.now();
  settings(`server.port = 81\n${'\\"'.repeat(60_000)}`);
  expect(performance.now() - began).toBeLessThan(500);
});

const globs = [
  { pattern: "*.conf", fits: true },
  { pattern: "10*conf", fits: true },
  { pattern: "10-*status*.conf", fits: true },
  { pattern: "*10-status.conf*", fits: true },
  { pattern: "10-s*status.conf", fits: false },
  { pattern: "*.conf*.conf", fits: false },
  { pattern: "b*", fits: false },
  { pattern: "*b", fits: false },
  { pattern: `${"*.conf".repeat(20_000)}`, fits: false },
];
for (const { pattern, fits } of globs) {
  test(`include of "${pattern.slice(0, 20)}" ${fits ? "finds" : "does not find"} 10-status.conf`, () => {
    const read = settings(`include "conf-enabled/${pattern}"`, {
      "/etc/lighttpd/conf-enabled/10-status.conf": "a.b = 1",
    });
    expect(read?.["a.b"]).toBe(fits ? "1" : undefined);
  });
}
