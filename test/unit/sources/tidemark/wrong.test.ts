import { expect, test } from "vitest";
import { value } from "../../../../src/ring/answer.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Sample, Stamp } from "../../../../src/ring/sample.ts";
import { RUN, SOURCE, TARGET } from "../../../../src/sources/tidemark/self.ts";
import { tidemark } from "../../../../src/sources/tidemark/tidemark.ts";
import { wrongText } from "../../../../src/sources/tidemark/wrong.ts";

/* What an on-call person reads first: a line for each target with which something is wrong. */

const stamp: Stamp = { clock: 1_700_000_000, mono: 100 };
const OTHERS = ["memcached", "readproctitle", "supervise"];

/** A ring in which each of these targets was sampled once; a reason is what was wrong with it. */
function textOf(reasons: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const sources = OTHERS.map((name) => ({ name, fields: [] }));
  const ring = new Ring([tidemark, ...sources], { slots: 3, step: 60 });
  const parts = new Map(OTHERS.map((name) => [`${RUN}${name}`, new Map([["settled", 1]])]));
  ring.roster(SOURCE, value(new Map([[TARGET, {}]])));
  ring.put(1, SOURCE, good(TARGET, { parts }));
  for (const [source, targets] of Object.entries(reasons)) {
    ring.roster(source, value(new Map(Object.keys(targets).map((target) => [target, {}]))));
    for (const [target, reason] of Object.entries(targets)) {
      const failed: Sample = { kind: "failed", target, stamp, state: 0, reason };
      ring.put(1, source, reason === "" ? good(target, {}) : failed);
    }
  }
  ring.close(1);
  return wrongText(ring.now());
}

function good(target: string, more: Partial<Extract<Sample, { kind: "good" }>>): Sample {
  const nothing = { epoch: "1", numbers: new Map(), texts: new Map(), parts: new Map() };
  return { kind: "good", target, stamp, state: 1, ...nothing, ...more };
}

test("nothing is wrong", () => {
  expect(textOf({ memcached: { main: "" }, supervise: { web: "" } })).toBe("Nothing.");
});

test("each target with a reason has a line, by source", () => {
  const text = textOf({
    supervise: { web: "", dns: "no supervise process" },
    memcached: { main: "connection refused" },
  });
  expect(text).toBe("memcached main: Connection refused.\nsupervise dns: No supervise process.");
});

test("there are no more lines than a person reads", () => {
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`i${at}`, "timeout"]));
  const lines = textOf({ memcached: many }).split("\n");
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe("And 5 more.");
});

test("a machine without readproctitle lacks nothing", () => {
  expect(textOf({ readproctitle: { all: "neither runs here" } })).toBe("Nothing.");
});
