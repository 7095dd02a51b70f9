import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import { run } from "../real/start.ts";
import { withEachServer } from "./lab.ts";

/* zabbix_get of both versions: 6.0 sends plain keys, 7.0 JSON, and plain keys when it is told to. */

const HOST = address(import.meta.url);
const STRANGER = `${HOST.slice(0, HOST.lastIndexOf("."))}.255`;
const NEVER_ASKED = "memcached.hit_ratio[cache,5s]";
const NO_REQUESTS = "No get requests in the last 5s.";

const VALUES: readonly string[] = [
  "agent.ping",
  "agent.variant",
  "memcached.state",
  "memcached.state[]",
  "memcached.state[cache]",
  'memcached.state[ "cache" ]',
  "memcached.stat[cache,version]",
  "memcached.stat[cache,curr_items]",
  "memcached.setting[cache,maxconns]",
  "memcached.curr_conn",
  "memcache.hit_ratio[0]",
  "memcached.discovery",
  "memcached.slab.discovery[cache]",
  "memcached.ping[cache]",
];

const REFUSED: readonly { readonly key: string; readonly reason: RegExp }[] = [
  { key: "agent.pong", reason: /^Unsupported item key "agent\.pong"; did you mean "agent\.ping"\?$/ },
  { key: "agent.ping[", reason: /^Invalid item key format\.$/ },
  { key: "agent.ping[1]", reason: /parameters/i },
  { key: "memcached.state[elsewhere]", reason: /"elsewhere".*"cache"/ },
  { key: "memcached.hit_ratio[cache,soon]", reason: /"soon"/ },
  { key: "memcached.hit_ratio[cache,30d]", reason: /30d/ },
  { key: "memcached.stat[cache,h\u00e9]", reason: /h\u00e9/ },
];

const memcached = { host: HOST, port: 0 };
let bench: Bench;

beforeAll(async () => {
  memcached.port = await freePort(HOST);
  await startMemcached(memcached);
  const load = await MemcachedLoad.connect(memcached);
  await load.sets(10);
  load.close();
  bench = await Bench.at(HOST);
  bench.configure([`Server=127.0.0.1`, `Memcached.cache.Uri=tcp://${HOST}:${memcached.port}`]);
  await bench.start();
  await bench.until("memcached.requests[cache,5s]", "0"); // five seconds are known
});

withEachServer(({ version, zabbixGet }) => {
  const get = (key: string, ...more: readonly string[]) =>
    run(zabbixGet, ["-s", HOST, "-p", String(bench.port), "-k", key, ...more]);

  /** Each way of asking, by the form that arrives at the daemon. */
  const ways: readonly { readonly form: "plain" | "json"; readonly more: readonly string[] }[] =
    version === "6.0"
      ? [{ form: "plain", more: [] }]
      : [
          { form: "json", more: [] },
          { form: "json", more: ["-P", "json"] },
          { form: "plain", more: ["-P", "plaintext"] },
        ];
  const notSupported = version === "6.0" ? 0 : 1;

  for (const { form, more } of ways) {
    const way = [form, ...more].join(" ");

    for (const key of VALUES) {
      test(`${way}: prints ${key}`, async () => {
        const { stdout, ...rest } = await get(key, ...more);
        expect(rest).toMatchObject({ status: 0, stderr: "" });
        expect(stdout).toBe(`${await bench.get(key)}\n`);
      });
    }

    test(`${way}: prints the whole master`, async () => {
      const { status, stdout, stderr } = await get("memcached.get[cache]", ...more);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ instance: "cache", state: 1, error: "", stats: { curr_items: 10 } });
    });

    for (const { key, reason } of REFUSED) {
      test(`${way}: is told why ${key} is not supported`, async () => {
        const { status, stdout } = await get(key, ...more);
        expect(status).toBe(notSupported);
        const [, told = ""] = /^ZBX_NOTSUPPORTED: (.*)\n$/.exec(stdout) ?? [];
        expect(told).toMatch(reason);
        expect(told).toMatch(/^[A-Z].*[.?]$/);
      });
    }

    test(`${way}: ${form === "json" ? "has no data" : "is not supported"} where there is rightly no value`, async () => {
      const { status, stdout } = await get(NEVER_ASKED, ...more);
      const [wanted, exit] =
        form === "json"
          ? ["ZBX_NODATA: No value was received.\n", 0]
          : [`ZBX_NOTSUPPORTED: ${NO_REQUESTS}\n`, notSupported];
      expect({ status, stdout }).toEqual({ status: exit, stdout: wanted });
    });

    for (const seconds of version === "6.0" ? ["1", "30"] : ["1", "30", "600"]) {
      test(`${way}: -t ${seconds}`, async () => {
        expect(await get("agent.ping", ...more, "-t", seconds)).toMatchObject({ status: 0, stdout: "1\n", stderr: "" });
      });
    }

    test(`${way}: is refused without a byte from an address that is not in Server`, async () => {
      const { status, stdout, stderr } = await get("agent.ping", ...more, "-I", STRANGER);
      expect(status).toBe(1);
      expect(stdout + stderr).toMatch(/Check access restrictions|Connection reset by peer|empty response/);
    });
  }
});
