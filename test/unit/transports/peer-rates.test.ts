import { describe, expect, test } from "vitest";
import { PeerRates } from "../../../src/transports/peer-rates.ts";

/** How many of so many attempts at one moment are admitted. */
function admitted(rates: PeerRates, attempts: number, { peer = "192.0.2.1", now = 0, perSecond = 10 } = {}): number {
  return Array.from({ length: attempts }, () => rates.admits(peer, now, perSecond)).filter(Boolean).length;
}

describe("PeerRates", () => {
  test("a pause is worth two seconds at once, then the rate holds", () => {
    const rates = new PeerRates();
    expect(admitted(rates, 100)).toBe(20);
    expect(admitted(rates, 100, { now: 0.5 })).toBe(5);
    expect(admitted(rates, 100, { now: 1.5 })).toBe(10);
    expect(admitted(rates, 100, { now: 3600 })).toBe(20);
  });

  test("in a minute no more than its seconds and the first burst are worth", () => {
    const rates = new PeerRates();
    let most = 0;
    for (let now = 0; now < 60; now += 0.01) most += admitted(rates, 2, { now });
    expect(most).toBeGreaterThanOrEqual(10 * 60);
    expect(most).toBeLessThanOrEqual(10 * 60 + 20);
  });

  test("what one peer spends is not missing to another", () => {
    const rates = new PeerRates();
    admitted(rates, 100);
    expect(admitted(rates, 100, { peer: "192.0.2.2" })).toBe(20);
  });

  test("0 is any number", () => {
    expect(admitted(new PeerRates(), 1000, { perSecond: 0 })).toBe(1000);
  });

  test("of ten thousand peers only the newest are remembered", () => {
    const rates = new PeerRates();
    admitted(rates, 20, { peer: "first" });
    for (let i = 0; i < 10_000; i++) rates.admits(`peer ${i}`, 0, 10);
    expect(admitted(rates, 100, { peer: "peer 9999" })).toBe(19);
    expect(admitted(rates, 100, { peer: "first" })).toBe(20);
  });
});
