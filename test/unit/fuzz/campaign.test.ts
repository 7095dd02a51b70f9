import { describe, expect, test } from "vitest";
import { campaign } from "../../fuzz/campaign.ts";
import { Dice } from "../../fuzz/dice.ts";
import { type Fuzzed, must, pieces } from "../../fuzz/fuzzed.ts";
import { mutant } from "../../fuzz/mutant.ts";

const STOCK = { corpus: [Buffer.from('{"size":12,"name":"x"}')], dictionary: [Buffer.from("name")] };

function fuzzed(read: Fuzzed["read"]): Fuzzed {
  return { name: "a parser", stock: () => STOCK, read };
}

/** Works for so long: on a busy machine more time goes by. */
function busy(ms: number): void {
  const before = process.cpuUsage();
  for (let spent = 0; spent < ms; ) {
    const { user, system } = process.cpuUsage(before);
    spent = (user + system) / 1000;
  }
}

describe("campaign", () => {
  test("tells seed, number and bytes of a case that throws, and repeats it from these", async () => {
    const brittle = fuzzed((bytes) => must(!bytes.includes("4294967296"), "no such number"));
    const failure = await campaign(brittle, { seed: 5, count: 10_000 }).catch(String);
    const [, number] =
      /case (\d+) of seed 5 \(FUZZ=5:\1 repeats it\): .*expected no such number/.exec(`${failure}`) ?? [];
    expect(failure).toContain("4294967296");
    const same = campaign(brittle, { seed: 5, first: Number(number), count: 1 });
    await expect(same).rejects.toThrow(`case ${number} of seed 5`);
  });

  test("fails on a rejection, too", async () => {
    const brittle = fuzzed(async () => Promise.reject(new Error("late")));
    await expect(campaign(brittle, { seed: 1, count: 1 })).rejects.toThrow("late");
  });

  test("fails on a case that always takes too long, not on one that did once", async () => {
    const slow = { ...fuzzed(() => busy(15)), mostMs: 10 };
    await expect(campaign(slow, { seed: 1, count: 1 })).rejects.toThrow(/takes \d+ ms, at most 10 are allowed/);
    let calls = 0;
    const disturbed = { ...fuzzed(() => busy(calls++ === 0 ? 15 : 0)), mostMs: 10 };
    await campaign(disturbed, { seed: 1, count: 1 });
  });

  test("fails when memory is kept", async () => {
    const hoard: Buffer[] = [];
    const greedy = fuzzed(() => void hoard.push(Buffer.alloc(1 << 20)));
    await expect(campaign(greedy, { seed: 1, count: 100 })).rejects.toThrow(/\d+ MiB kept after 100 cases/);
  });
});

describe("mutant", () => {
  const bred = (seed: number) =>
    Array.from({ length: 3000 }, (_, at) => mutant(new Dice(seed + at), STOCK).toString("hex"));

  test("is the same for the same seed, and another one for most others", () => {
    expect(bred(1)).toEqual(bred(1));
    expect(new Set(bred(1)).size).toBeGreaterThan(1500);
  });

  test("leaves the corpus as it is, and is sometimes well-formed", () => {
    const mutants = bred(9);
    expect(STOCK.corpus[0]?.toString()).toBe('{"size":12,"name":"x"}');
    expect(mutants).toContain(STOCK.corpus[0]?.toString("hex"));
  });

  test("of nothing is something now and then", () => {
    const empty = { corpus: [Buffer.alloc(0)], dictionary: [] };
    const lengths = Array.from({ length: 500 }, (_, at) => mutant(new Dice(at), empty).length);
    expect([Math.min(...lengths), Math.max(...lengths) > 100]).toEqual([0, true]);
  });
});

test("pieces are all of the bytes in their order", () => {
  const bytes = Buffer.from("abcdefghij");
  const cuts = Array.from({ length: 200 }, (_, at) => pieces(bytes, new Dice(at)));
  for (const cut of cuts) expect(Buffer.concat([...cut])).toEqual(bytes);
  expect(new Set(cuts.map(({ length }) => length)).size).toBeGreaterThan(2);
});
