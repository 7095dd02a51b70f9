import { describe, expect, test } from "vitest";
import type { NameService } from "../../../src/io/name-service.ts";
import { compilePeers, type Peers } from "../../../src/transports/peers.ts";
import { vectors } from "../zabbix/vectors.ts";

/** DNS and a clock, both moved by hand. */
class FakeNames implements NameService {
  now = 1_000;
  readonly asked: string[] = [];
  readonly #waiting: { name: string; settle: (addresses: readonly string[]) => void; fail: () => void }[] = [];
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  seconds(): number {
    return this.now;
  }

  resolve(name: string): Promise<readonly string[]> {
    this.asked.push(name);
    return new Promise((settle, reject) => {
      this.#waiting.push({ name, settle, fail: () => reject(new Error("ENOTFOUND")) });
    });
  }

  after(seconds: number, callback: () => void): () => void {
    const timer = { due: this.now + seconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  answer(name: string, ...addresses: readonly string[]): void {
    for (const { settle } of this.#take(name)) settle(addresses);
  }

  fail(name: string): void {
    for (const { fail } of this.#take(name)) fail();
  }

  pass(seconds: number): void {
    this.now += seconds;
    for (const timer of this.#timers) {
      if (timer.due > this.now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }

  #take(name: string) {
    const mine = this.#waiting.filter((lookup) => lookup.name === name);
    for (const lookup of mine) this.#waiting.splice(this.#waiting.indexOf(lookup), 1);
    return mine;
  }
}

function peers(list: string, names: NameService = new FakeNames()): Peers {
  const compiled = compilePeers(list, names);
  if (compiled.kind === "malformed") throw new Error(compiled.reason);
  return compiled.value;
}

describe("compilePeers: as zabbix_agentd", () => {
  interface Case {
    readonly server: string;
    readonly agents: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }

  for (const { server, agents } of vectors<{ cases: readonly Case[] }>("allowed-peers").cases) {
    const want = agents["zabbix_agentd 7.0.29"] ?? {};
    test(`Server=${server}`, async () => {
      const names = new FakeNames();
      const compiled = compilePeers(server, names);
      expect(compiled.kind).toBe(want["startUpError"] === undefined ? "ok" : "malformed");
      if (compiled.kind === "malformed") return;
      for (const [address, verdict] of Object.entries(want)) {
        const admitted = compiled.value.admits(address);
        names.fail("nosuchname.invalid");
        expect(await admitted).toBe(verdict === "allow");
      }
    });
  }
});

describe("compilePeers: addresses", () => {
  const cases = [
    {
      list: "192.0.2.1",
      admitted: ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:192.0.2.1"],
      refused: ["192.0.2.2", "::ffff:192.0.2.2"],
    },
    { list: "::ffff:192.0.2.1", admitted: ["192.0.2.1", "::ffff:192.0.2.1"], refused: ["192.0.2.2"] },
    { list: "::192.0.2.0/120", admitted: ["192.0.2.7", "::ffff:192.0.2.7", "::192.0.2.7"], refused: ["192.0.3.7"] },
    { list: "192.0.2.0/25", admitted: ["192.0.2.0", "192.0.2.127"], refused: ["192.0.2.128", "192.0.1.255"] },
    { list: "192.0.2.77/25", admitted: ["192.0.2.1"], refused: ["192.0.2.129"] },
    { list: "0.0.0.0/0", admitted: ["8.8.8.8", "::ffff:8.8.8.8", "::1"], refused: ["2001:db8::1"] },
    { list: "::/0", admitted: ["8.8.8.8", "2001:db8::1"], refused: [] },
    {
      list: "2001:db8::/33",
      admitted: ["2001:db8:7fff::1", "2001:DB8:0::1"],
      refused: ["2001:db8:8000::1", "1.2.3.4"],
    },
    { list: "fe80::1", admitted: ["fe80::1", "fe80::1%eth0"], refused: ["fe80::2%eth0"] },
    { list: " 127.0.0.1 ,\t::1,", admitted: ["127.0.0.1", "::1"], refused: ["127.0.0.2"] },
    { list: "   ", admitted: [], refused: ["127.0.0.1", "::1"] },
    { list: "::/0", admitted: [], refused: ["", "localhost", "127.0.0.1 ", "127.1", "%", "::1/128", "é"] },
  ];
  for (const { list, admitted, refused } of cases) {
    test(`Server=${list} admits ${admitted.length}, refuses ${refused.length}`, () => {
      const allowed = peers(list);
      // Twice: the second time from memory.
      for (const address of [...admitted, ...admitted]) expect(allowed.admits(address), address).toBe(true);
      for (const address of [...refused, ...refused]) expect(allowed.admits(address), address).toBe(false);
    });
  }

  const malformed = [
    "127.0.0.1/33",
    "::1/129",
    "::1/",
    "127.0.0.1/x",
    "127.0.0.1/8/8",
    "host/24",
    "127.0.0.1/-1",
    "a b",
    "-x",
    "_x",
    "a..b",
    ".a",
    "a,,b",
    ",a",
    ",",
    "::1%lo",
    "ключ",
    "a".repeat(256),
  ];
  test.each(malformed)("refuses %j", (list) => {
    expect(compilePeers(list)).toEqual({
      kind: "malformed",
      reason: expect.stringMatching(/^cannot read ".*": expected an address, an address block or a DNS name$/),
    });
  });

  test.each(["localhost", "a.b-c_d.example.", "1host", "127.0.0.01"])("takes %j for a name", (list) => {
    expect(compilePeers(list).kind).toBe("ok");
  });

  test("the right verdict comes back however many addresses have asked", () => {
    const allowed = peers("10.0.0.0/17");
    for (let at = 0; at < 65_536; at += 13) {
      expect(allowed.admits(`10.0.${at >> 8}.${at & 255}`)).toBe(at >> 8 < 128);
    }
  });
});

describe("compilePeers: names", () => {
  test("waits for the first answer, then answers at once", async () => {
    const names = new FakeNames();
    const allowed = peers("zabbix.example", names);
    const first = allowed.admits("192.0.2.1");
    expect(first).toBeInstanceOf(Promise);
    names.answer("zabbix.example", "192.0.2.1", "2001:db8::1");
    expect(await first).toBe(true);
    expect([allowed.admits("2001:db8::1"), allowed.admits("::ffff:192.0.2.1"), allowed.admits("192.0.2.2")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(names.asked.length).toBe(1);
    expect(names.timers).toBe(0);
  });

  test("addresses in the list never wait for names", () => {
    const names = new FakeNames();
    expect(peers("zabbix.example,127.0.0.1", names).admits("127.0.0.1")).toBe(true);
    expect(names.asked).toEqual([]);
  });

  test("a name that does not resolve matches nobody, and is asked again later", async () => {
    const names = new FakeNames();
    const allowed = peers("zabbix.example", names);
    const first = allowed.admits("192.0.2.1");
    names.fail("zabbix.example");
    expect(await first).toBe(false);
    expect(allowed.admits("192.0.2.1")).toBe(false);
    names.pass(30);
    const later = allowed.admits("192.0.2.1");
    names.answer("zabbix.example", "192.0.2.1");
    expect(await later).toBe(true);
  });

  test("many checks share one lookup", async () => {
    const names = new FakeNames();
    const allowed = peers("zabbix.example", names);
    const verdicts = ["192.0.2.1", "192.0.2.2", "192.0.2.1"].map((address) => allowed.admits(address));
    names.answer("zabbix.example", "192.0.2.1");
    expect(await Promise.all(verdicts)).toEqual([true, false, true]);
    expect(names.asked.length).toBe(1);
  });

  test("a hung DNS delays a check by a second, and later checks not at all", async () => {
    const names = new FakeNames();
    const allowed = peers("zabbix.example", names);
    const first = allowed.admits("192.0.2.1");
    names.pass(1);
    expect(await first).toBe(false);
    expect(allowed.admits("192.0.2.1")).toBe(false);
    expect(names.asked.length).toBe(1);
    names.answer("zabbix.example", "192.0.2.1");
    await new Promise(setImmediate);
    expect(allowed.admits("192.0.2.1")).toBe(true);
  });

  test("the last answer counts while a new one is fetched, and no longer", async () => {
    const names = new FakeNames();
    const allowed = peers("zabbix.example", names);
    const first = allowed.admits("192.0.2.1");
    names.answer("zabbix.example", "192.0.2.1");
    await first;
    names.pass(30);
    expect(allowed.admits("192.0.2.1")).toBe(true);
    const moved = allowed.admits("192.0.2.2");
    names.answer("zabbix.example", "192.0.2.2");
    expect(await moved).toBe(true);
    expect(allowed.admits("192.0.2.1")).toBe(false);
  });

  test("one name that hangs does not hold up another that matches", async () => {
    const names = new FakeNames();
    const allowed = peers("hung.example,zabbix.example", names);
    const first = allowed.admits("192.0.2.1");
    names.answer("zabbix.example", "192.0.2.1");
    expect(await first).toBe(true);
    expect(names.timers).toBe(0);
  });

  test("the system's own names are used unless told otherwise", async () => {
    const compiled = compilePeers("localhost");
    expect(compiled.kind === "ok" && (await compiled.value.admits("127.0.0.1"))).toBe(true);
    expect(compiled.kind === "ok" && compiled.value.admits("127.0.0.9")).toBe(false);
  });
});
