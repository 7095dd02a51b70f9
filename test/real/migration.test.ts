import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, freePort, lowPort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached, statsOf } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import { inSeconds, pageAliases, pageKeys } from "./migration-page.ts";
import { isSkipped, run, start } from "./start.ts";
import { waitFor } from "./wait.ts";

/* Everything that docs/migration.md says of keys, its Alias lines as they stand there; servers are in test/lab. */

const HOST = address(import.meta.url);
const USER_PARAMETERS = fileURLToPath(new URL("../../userparameters/", import.meta.url));
const SHIM = "/usr/lib/tidemark/tidemark-value";
const WORD = "ZBX_NOTSUPPORTED";
/** Of a small memcached, so that it is under pressure soon. */
const MEGABYTES = "2";
const ITEM_BYTES = 1000;
const HIT_RATIO = 75;

const at = { host: HOST, port: await freePort(HOST) };
const aliases = pageAliases(at);
const scripted = aliases.filter(({ old }) => old.startsWith("getMemcachedInfo.py"));
const handMade = aliases.filter(({ old }) => /^memcached?\./.test(old));
const load = await loaded();

/** Without an alias, with those of the page, and with the same where a minute is a second. */
const [plain, literal, quick] = [await Bench.at(HOST), await Bench.at(HOST), await Bench.at(HOST)];

async function loaded(): Promise<MemcachedLoad> {
  await startMemcached(at, ["-m", MEGABYTES]);
  return MemcachedLoad.connect(at);
}

beforeAll(async () => {
  const targets = ["main", "sessions", "cache2"].map((name) => `Memcached.${name}.Uri=tcp://${HOST}:${at.port}`);
  const more = ["Alias=old.stat[*]:memcached.stat[*]", 'Alias=old.py["-a","bytes"]:memcached.stat[cache2,bytes]'];
  plain.configure(["History=61m", ...targets, ...pageKeys()]);
  literal.configure(["History=61m", ...targets, ...aliases.map(({ line }) => line), ...more]);
  quick.configure(["History=61s", ...targets, ...aliases.map((alias) => inSeconds(alias).line)]);
  await load.sets(3, { bytes: ITEM_BYTES });
  await Promise.all([plain, literal, quick].map((bench) => bench.start()));
});

afterAll(() => load.close());

/** What zabbix_get prints: a value, or why there is none. */
async function asked({ port }: { readonly port: number }, key: string): Promise<string> {
  const { stdout } = await run("zabbix_get", ["-s", HOST, "-p", String(port), "-k", key]);
  return stdout.replace(/\n$/, "");
}

/** Two keys give the same, whenever a tick comes between the questions. */
async function same(one: () => Promise<string>, other: () => Promise<string>, what: string): Promise<void> {
  const equal = async () => {
    const [first, second] = [await one(), await other()];
    return first === second || Promise.reject(new Error(`${first} and ${second}`));
  };
  await waitFor(equal, { what: `${what} to be the same`, seconds: 4 });
}

/** The last parameter of a script's key: "bytes". */
function argumentOf(key: string): string {
  return /"-a","(\w+)"\]$/.exec(key)?.[1] ?? "";
}

describe.skipIf(isSkipped("zabbix_get"))("zabbix_get", () => {
  test("finds lines on the page", () => {
    expect(handMade.length).toBeGreaterThan(6);
    expect(scripted.length).toBeGreaterThan(10);
    expect(handMade.length + scripted.length + 1).toBe(aliases.length); // and the script's template's test of the port
  });

  for (const { old, key } of aliases) {
    test(`${old} is ${key}`, () =>
      same(
        () => asked(literal, old),
        () => asked(plain, key),
        old,
      ));
  }

  for (const { old } of scripted.filter(({ old }) => argumentOf(old) !== "ratio")) {
    const name = argumentOf(old);
    test(`${name} is what memcached says`, async () => {
      const own = async () => (await statsOf(at)).get(name) ?? "";
      if (name === "curr_connections") expect(await asked(literal, old)).toMatch(/^[1-9]\d*$/);
      else if (name === "uptime")
        expect(Math.abs(Number(await asked(literal, old)) - Number(await own()))).toBeLessThan(4);
      else await same(() => asked(literal, old), own, name);
    });
  }

  test("the port's test of the script's template is 1", async () => {
    expect(await asked(literal, `net.tcp.service[tcp,,${at.port}]`)).toBe("1");
  });

  test("the hand-made keys have their old texts without an alias", async () => {
    await same(
      () => asked(plain, "memcached.curr_conn"),
      () => asked(plain, "memcached.stat[,curr_connections]"),
      "they",
    );
    expect(await asked(plain, "memcache.check_max_age")).toMatch(/^\d+$/);
    for (const minutes of ["", "[1]", "[5]", "[60]"]) {
      expect(await asked(plain, `memcache.hit_ratio${minutes}`)).toBe("-1");
    }
  });

  test("a young class is an alarm of the old key alone", async () => {
    expect(Number(await asked(plain, "memcache.check_max_age"))).toBeLessThan(60);
    expect(await asked(literal, "memcache.check_max_age")).toBe(`${WORD}: No slab class is under pressure.`);
  });

  test("no request is none, not -1", async () => {
    const none = async () => {
      const found = await asked(quick, "memcache.hit_ratio[1]"); // unknown until there is a sample of the newest second
      return /^ZBX_NOTSUPPORTED: No get requests/.test(found) || Promise.reject(new Error(found));
    };
    await waitFor(none, { what: "a ratio of no requests", seconds: 10 });
  });

  test("ratios are those of their windows", async () => {
    const ratios = quickRatios().filter((old) => old !== "memcache.hit_ratio[60]"); // half a minute of it must be known
    expect(ratios.length).toBe(5);
    const found = async () => {
      await Promise.all([load.gets(3), load.misses(1)]);
      const now = await Promise.all(ratios.map((old) => asked(quick, old)));
      return now.every((text) => Math.abs(Number(text) - HIT_RATIO) < 10) || Promise.reject(new Error(now.join(", ")));
    };
    await waitFor(found, { what: `${HIT_RATIO} % in all windows`, seconds: 15 });
  });

  test("a name with [*] hands its brackets on", async () => {
    for (const brackets of ["[,cmd_set]", "[sessions,cmd_set]", '["cache2","cmd_set"]']) {
      expect(await asked(literal, `old.stat${brackets}`)).toBe("3");
    }
  });

  test("a name stands for one text alone", async () => {
    const { old } = scripted[0] ?? { old: "" };
    for (const other of [old.replaceAll('"', ""), old.replace(HOST, "127.0.0.1"), old.replaceAll(",", ", ")]) {
      expect(await asked(literal, other)).toMatch(/^ZBX_NOTSUPPORTED: Unsupported item key /);
    }
  });

  test("another machine's memcached has its name in the alias", () =>
    same(
      () => asked(literal, 'old.py["-a","bytes"]'),
      async () => (await statsOf(at)).get("bytes") ?? "",
      "bytes",
    ));

  test("tidemark get answers an alias", async () => {
    for (const { old } of [scripted[0], handMade[0]].flatMap((alias) => alias ?? [])) {
      const answered = async () => (await literal.command("get", old)).stdout.trim();
      await same(answered, () => asked(literal, old), `tidemark get '${old}'`);
    }
  });

  test("keys of the official template are those of configured instances", async () => {
    expect(await asked(plain, `memcached.ping[tcp://${HOST}:${at.port}]`)).toBe("1");
    expect(await asked(plain, `memcached.ping[tcp://${HOST}:${at.port},user,password]`)).toBe("1");
    expect(JSON.parse(await asked(plain, `memcached.stats[tcp://${HOST}:${at.port}]`))).toMatchObject({
      total_items: "3",
    });
    expect(await asked(plain, `memcached.ping[tcp://${HOST}:${at.port + 1}]`)).toMatch(/^ZBX_NOTSUPPORTED: /);
  });
});

for (const kind of ["zabbix_agentd", "zabbix_agent2"] as const) {
  describe.skipIf(isSkipped(kind) || isSkipped("zabbix_get"))(`${kind} with UserParameters`, () => {
    const through = (own: string) => (kind === "zabbix_agentd" && own.startsWith(WORD) ? WORD : own);

    test("without aliases of its own it knows the hand-made keys alone", async () => {
      const agent = await startAgent(kind, []);
      expect(await asked(agent, "memcache.check_max_age")).toMatch(/^\d+$/);
      expect(await asked(agent, scripted[0]?.old ?? "")).toMatch(WORD);
    });

    test("with the page's it gives what tidemark gives", async () => {
      const agent = await startAgent(
        kind,
        aliases.map(({ line }) => line),
      );
      for (const { old } of aliases.filter(({ old }) => !old.startsWith("net."))) {
        await same(
          () => asked(agent, old),
          async () => through(await asked(literal, old)),
          old,
        );
      }
    });
  });
}

// It is the last one: whoever is under pressure stays so for a quarter of an hour.
test("a class under pressure is an alarm of both", async () => {
  for (let batch = 0; batch < 40; batch += 1) await load.sets(200, { prefix: `batch${batch}-`, bytes: ITEM_BYTES });
  const told = async () => /^\d+$/.test(await asked(literal, "memcache.check_max_age"));
  await waitFor(told, { what: "an age", seconds: 6 });
  expect(Number(await asked(literal, "memcache.check_max_age"))).toBeLessThan(60);
});

/** The old keys that are ratios. */
function quickRatios(): readonly string[] {
  return aliases.filter(({ key }) => key.startsWith("memcached.hit_ratio")).map(({ old }) => old);
}

/** An agent with the shipped UserParameters, over the values of the daemon without aliases. */
async function startAgent(kind: string, lines: readonly string[]): Promise<{ readonly port: number }> {
  const port = await lowPort(HOST);
  const directory = join(plain.directory, `${kind}-${port}`);
  mkdirSync(directory);
  const here = (name: string) => join(directory, name);
  const includes = ["tidemark.conf", "tidemark-legacy.conf"].map((name) => {
    const text = readFileSync(join(USER_PARAMETERS, name), "utf8").replaceAll(SHIM, `${USER_PARAMETERS}tidemark-value`);
    writeFileSync(here(name), text.replaceAll(",set -- ", `,set -- -d ${plain.run}/v `));
    return `Include=${here(name)}`;
  });
  const own = kind === "zabbix_agentd" ? ["AllowRoot=1"] : [`ControlSocket=${here("c")}`, `PluginSocket=${here("p")}`];
  const common = [`ListenIP=${HOST}`, `ListenPort=${port}`, `PidFile=${here("pid")}`, "LogType=console"];
  writeFileSync(here("conf"), ["Server=127.0.0.0/8", ...common, ...own, ...includes, ...lines, ""].join("\n"));
  const foreground = kind === "zabbix_agentd" ? ["-f"] : [];
  await start(kind, [...foreground, "-c", here("conf")], { ready: { host: HOST, port } });
  return { port };
}
