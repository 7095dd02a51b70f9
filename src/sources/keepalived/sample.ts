import type { FailedSample, GoodSample, Sample, Stamp } from "../../ring/sample.ts";
import type { Verdict } from "./evidence.ts";
import type { Instance } from "./instance.ts";
import { STATES, type State } from "./states.ts";

/** What is known of an instance at one look. `ways`: what each way to its state could not tell, for want of a verdict. */
export type Known =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "down"; readonly reason: string }
  | { readonly kind: "waiting"; readonly ways: readonly string[] }
  | { readonly kind: "unreadable"; readonly ways: readonly string[] };

/** @param isFirst the counter is left out: what was before nobody knows, and a 0 would be taken for quiet */
export function sampleOf(
  instance: Instance,
  known: Known,
  at: { readonly stamp: Stamp; readonly isFirst: boolean },
): Sample {
  switch (known.kind) {
    case "verdict":
      return goodSample(instance, { ...known.verdict, ...at });
    case "down":
      return goodSample(instance, { ...NOTHING, state: "not running", note: known.reason, ...at });
    case "waiting":
      return goodSample(instance, { ...NOTHING, state: "unknown", note: known.ways.join("; "), ...at });
    case "unreadable":
      return failedSample(instance, known.ways.join("; "), at.stamp);
  }
}

const NOTHING = { way: "", since: undefined, priority: undefined } as const;

interface Shown extends Omit<Verdict, "state"> {
  readonly state: State;
  readonly stamp: Stamp;
  readonly isFirst: boolean;
}

function goodSample(instance: Instance, { state, way, priority, note, stamp, isFirst }: Shown): GoodSample {
  const { transitions, here, addresses } = instance;
  const isKnown = way !== "";
  const numbers: readonly (readonly [string, number | undefined])[] = [
    ["transitions", isFirst ? undefined : transitions.count],
    ["priority", priority],
    ["since", isKnown ? transitions.since : undefined],
    ["addresses", addresses.length === 0 ? undefined : addresses.length],
    ["here", addresses.length === 0 ? undefined : here],
  ];
  return {
    kind: "good",
    target: instance.target,
    stamp,
    state: STATES.number(state),
    ...(note === undefined ? {} : { note }),
    epoch: "",
    numbers: new Map(numbers.flatMap(([name, number]) => (number === undefined ? [] : [[name, number]]))),
    texts: new Map([
      ["source", way],
      ["name", instance.name],
    ]),
    parts: new Map(),
  };
}

function failedSample({ target }: Instance, reason: string, stamp: Stamp): FailedSample {
  return { kind: "failed", target, stamp, state: STATES.number("cannot read"), reason };
}
