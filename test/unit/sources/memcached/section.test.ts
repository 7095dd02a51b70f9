import { expect, test } from "vitest";
import { applyConfig } from "../../../../src/config/apply.ts";
import type { Section } from "../../../../src/config/spec.ts";
import { configuredTargets, type General, type Named, section } from "../../../../src/sources/memcached/section.ts";
import { memoryFiles } from "../../config/memory-files.ts";

const files = memoryFiles({ "/pw": "secret", "/ca": "-----BEGIN CERTIFICATE-----", "/junk": "hello" });

function apply(lines: readonly string[], among = files) {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split(/=(.*)/s);
    return { name: `Memcached.${name}`, value, file: "/c", line: at + 1 };
  });
  return applyConfig(entries, { core: {}, sections: [section] }, among);
}

function targets(lines: readonly string[]) {
  const applied = apply(lines);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  return configuredTargets(applied.config.sections.get("Memcached") as Section<General, Named>);
}

test("one line is enough for an instance", () => {
  expect(targets(["main.Uri=10.0.0.1"])).toEqual([
    {
      name: "main",
      labels: { URI: "tcp://10.0.0.1:11211", HOST: "10.0.0.1", PORT: "11211", POOL: "" },
      access: {
        address: { endpoint: { kind: "tcp", host: "10.0.0.1", port: 11211 }, tls: false, uri: "tcp://10.0.0.1:11211" },
        tls: undefined,
        login: undefined,
      },
      protocol: "auto",
      timeout: undefined,
      expected: new Map(),
    },
  ]);
});

test("all that an instance may have", () => {
  const [spec] = targets([
    "a.Uri=tls://h:1",
    "a.User=mon",
    "a.PasswordFile=/pw",
    "a.TLSCAFile=/ca",
    "a.TLSServerName=cache",
    "a.TLSVerify=no",
    "a.Pool=web",
    "a.Default=yes",
    "a.Timeout=2s",
    "a.ExpectMemory=1G",
    "a.ExpectConnections=1024",
    "a.ExpectThreads=4",
    "a.ExpectItemSize=2M",
  ]);
  expect(spec?.labels).toEqual({ URI: "tls://h:1", HOST: "h", PORT: "1", POOL: "web", DEFAULT: "1" });
  expect(spec?.access.login).toEqual({ user: "mon", passwordFile: "/pw" });
  expect(spec?.access.tls).toEqual({ ca: "/ca", cert: undefined, key: undefined, serverName: "cache", verify: false });
  expect(spec?.timeout).toBe(2);
  expect(Object.fromEntries(spec?.expected ?? [])).toEqual({
    maxbytes: "1073741824",
    maxconns: "1024",
    num_threads: "4",
    item_size_max: "2097152",
  });
});

test("instances keep the order of the file", () => {
  expect(targets(["b.Uri=h:1", "a.Uri=h:2", "b.Pool=p"]).map(({ name }) => name)).toEqual(["b", "a"]);
});

const uri = "a.Uri=h";
const tls = "a.Uri=tls://h";
const refused = [
  { lines: ["a.Pool=p"], line: 1, text: '"Memcached.a": Uri is missing' },
  { lines: [uri, "a.User=u"], line: 1, text: '"Memcached.a": User and PasswordFile go together' },
  { lines: [uri, "a.PasswordFile=/pw"], line: 1, text: '"Memcached.a": User and PasswordFile go together' },
  { lines: [uri, "a.TLSCAFile=/ca"], line: 1, text: '"Memcached.a": TLS directives need a Uri with tls://' },
  { lines: [uri, "a.TLSVerify=no"], line: 1, text: '"Memcached.a": TLS directives need a Uri with tls://' },
  { lines: [tls, "a.TLSCertFile=/ca"], line: 1, text: '"Memcached.a": TLSCertFile and TLSKeyFile go together' },
  { lines: [tls, "a.Protocol=binary"], line: 1, text: '"Memcached.a": Protocol=binary goes without TLS only' },
  {
    lines: [uri, "a.User=u", "a.PasswordFile=/nope"],
    line: 3,
    text: 'bad value "/nope" for "Memcached.a.PasswordFile": cannot read it: no such file or directory',
  },
  {
    lines: [tls, "a.TLSCAFile=/junk"],
    line: 2,
    text: 'bad value "/junk" for "Memcached.a.TLSCAFile": it holds no PEM',
  },
  {
    lines: ["a.Uri=udp://h"],
    line: 1,
    text: 'bad value "udp://h" for "Memcached.a.Uri": unknown scheme "udp", expected tcp://HOST:PORT, tls://HOST:PORT, unix:/PATH or HOST:PORT, or nothing',
  },
];
for (const { lines, line, text } of refused) {
  test(`refused: ${lines.join(", ")}`, () => {
    expect(apply(lines)).toEqual({ kind: "refused", problems: [{ file: "/c", line, text }] });
  });
}

test("refused: a password that everybody may read", () => {
  const applied = apply([uri, "a.User=u", "a.PasswordFile=/pw"], memoryFiles({ "/pw": "secret" }, 0o644));
  const text =
    'bad value "/pw" for "Memcached.a.PasswordFile": everybody may use it: mode 0644, expected 0640 or stricter';
  expect(applied).toEqual({ kind: "refused", problems: [{ file: "/c", line: 3, text }] });
});
