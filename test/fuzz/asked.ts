import type { Cases } from "./campaign.ts";

/** Seed and number of one case that is to be repeated, as a failure names them: FUZZ=seed:number, or FUZZ=seed for all. */
export function asked(otherwise: Cases): Cases {
  const [seed, number] = (process.env["FUZZ"] ?? "").split(":");
  if (seed === undefined || seed === "") return otherwise;
  if (number === undefined) return { ...otherwise, seed: Number(seed) };
  return { seed: Number(seed), count: 1, first: Number(number) };
}
