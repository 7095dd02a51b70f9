import { expect, test } from "vitest";
import { parseCommandLine } from "../../../../src/sources/memcached/command-line.ts";

const listening = [
  { line: "memcached", uri: "tcp://127.0.0.1:11211" },
  { line: "/usr/bin/memcached -m 64 -p 11212 -u memcache -l 127.0.0.1 -P /run/m.pid", uri: "tcp://127.0.0.1:11212" },
  { line: "memcached -dp11213 -vv", uri: "tcp://127.0.0.1:11213" },
  { line: "memcached --port=11214 --listen=10.1.2.3", uri: "tcp://10.1.2.3:11214" },
  { line: "memcached --port 11215 --listen 0.0.0.0", uri: "tcp://127.0.0.1:11215" },
  { line: "memcached -l 10.0.0.1:11216,127.0.0.1:11217", uri: "tcp://127.0.0.1:11217" },
  { line: "memcached -l 10.0.0.1 -l ::1 -p 11218", uri: "tcp://[::1]:11218" },
  { line: "memcached -l :: -p 11219", uri: "tcp://[::1]:11219" },
  { line: "memcached -l [::1]:11220", uri: "tcp://[::1]:11220" },
  { line: "memcached -l notls:10.0.0.1:11221", uri: "tcp://10.0.0.1:11221" },
  { line: "memcached -l localhost -Z -o ssl_chain_cert=c.pem,ssl_key=k.pem", uri: "tls://127.0.0.1:11211" },
  { line: "memcached --enable-ssl", uri: "tls://127.0.0.1:11211" },
  { line: "memcached -s /run/m.sock -a 0770", uri: "unix:/run/m.sock" },
  { line: "memcached --unix-socket=/run/m.sock", uri: "unix:/run/m.sock" },
  { line: "memcached -o -p -p 11222", uri: "tcp://127.0.0.1:11222" },
  { line: "memcached -p 0 -U 11211", uri: undefined },
  { line: "memcached -p -1", uri: undefined },
  { line: "memcached -s relative.sock", uri: undefined },
  { line: "memcached -p", uri: undefined },
];
for (const { line, uri } of listening) {
  test(`parseCommandLine: ${line}`, () => {
    expect(parseCommandLine(line.split(" "))?.address?.uri).toBe(uri);
  });
}

for (const words of [
  [],
  [""],
  ["memcached-tool"],
  ["sh", "-c", "memcached -p 1"],
  ["python3", "/x/memcached"],
  ["/opt/memcached/run"],
]) {
  test(`parseCommandLine: ${JSON.stringify(words)} is no memcached`, () => {
    expect(parseCommandLine(words)).toBeUndefined();
  });
}

const meant = [
  { line: "memcached", want: {} },
  {
    line: "memcached -m 128 -c 2048 -t 8 -I 2m",
    want: { maxbytes: "134217728", maxconns: "2048", num_threads: "8", item_size_max: "2097152" },
  },
  { line: "memcached --memory-limit=64 --conn-limit 10", want: { maxbytes: "67108864", maxconns: "10" } },
  { line: "memcached -I 512K -m x", want: { item_size_max: "524288" } },
  { line: "memcached -I 2048", want: { item_size_max: "2048" } },
];
for (const { line, want } of meant) {
  test(`parseCommandLine: settings of ${line}`, () => {
    expect(Object.fromEntries(parseCommandLine(line.split(" "))?.expected ?? [])).toEqual(want);
  });
}
