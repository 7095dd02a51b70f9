import { keepalived } from "../../../../src/sources/keepalived/keepalived.ts";
import { SourceBench } from "../bench.ts";
import { confOf, type World } from "./world.ts";

/** One instance with one address. */
export const CONF = confOf({ VI_1: ["192.0.2.10/24"] });
/** That address on this machine. */
export const HERE = [{ interface: "eth0", address: "192.0.2.10" }];

/** @param lines directives without their prefix */
export function benchOf(world: World, ...lines: readonly string[]) {
  return new SourceBench(keepalived, world.io, { lines });
}

export type KeepalivedBench = ReturnType<typeof benchOf>;

/** A second passes, and a tick comes. */
export async function next(world: World, bench: KeepalivedBench): Promise<void> {
  await world.pass(1);
  await bench.tick();
}

/** "state by source" of an instance. */
export function told(bench: KeepalivedBench, name = "VI_1"): string {
  const json = JSON.parse(bench.text(`keepalived.get[${name}]`));
  return `${json.state_text} by ${json.source ?? "nothing"}`;
}
