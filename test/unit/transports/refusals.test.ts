import { expect, test } from "vitest";
import { REFUSALS, Refusals } from "../../../src/transports/refusals.ts";
import { keptLog } from "./loopback.ts";

test("Refusals counts each reason, the ones that never happened too", () => {
  const refusals = new Refusals(keptLog());
  refusals.record("peer", { peer: "192.0.2.7", found: "x", now: 0 });
  refusals.record("peer", { peer: "192.0.2.7", found: "x", now: 0 });
  const never = REFUSALS.filter((refusal) => refusal !== "peer");
  expect([...refusals.counts]).toEqual([["peer", 2], ...never.map((refusal) => [refusal, 0])]);
});

test("Refusals logs each peer and reason once in a minute, with the first of what was found", () => {
  const log = keptLog();
  const refusals = new Refusals(log);
  for (const found of ["unknown packet flags 0x00", "unknown packet flags 0x09"]) {
    refusals.record("malformed", { peer: "192.0.2.7", found, now: 0 });
  }
  refusals.record("timeout", { peer: "192.0.2.7", found: "it sent no complete request within 3 s", now: 59 });
  expect(log.lines).toEqual([
    "warning Closed a connection from 192.0.2.7 without an answer: unknown packet flags 0x00.",
    "debug Closed a connection from 192.0.2.7 without an answer: it sent no complete request within 3 s.",
  ]);
});

test("Refusals logs at most ten lines a minute, whoever knocks", () => {
  const log = keptLog();
  const refusals = new Refusals(log);
  for (let i = 0; i < 200; i++) refusals.record("peer", { peer: `192.0.2.${i}`, found: "x", now: i / 10 });
  expect(log.lines).toHaveLength(10);
  refusals.record("peer", { peer: "192.0.2.250", found: "x", now: 61 });
  expect(log.lines.slice(10)).toEqual([
    "warning Closed 190 more connections without an answer since the last such line.",
    "warning Closed a connection from 192.0.2.250 without an answer: x.",
  ]);
});
