import { readFileSync } from "node:fs";

/** Recorded and hand-made protocol cases, as they lie in test/vectors. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));
}

export function fromHex(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}
