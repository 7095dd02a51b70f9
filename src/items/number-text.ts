import type { Scalar, ValueType } from "./item.ts";

const MOST_DECIMALS = 6;

/** An item's answer as Zabbix reads it; undefined for a number that is not one (the item should have said why). */
export function scalarText(scalar: Scalar, type: ValueType): string | undefined {
  if (typeof scalar !== "number") return String(scalar);
  if (!Number.isFinite(scalar)) return undefined;
  if (type === "float" && !Number.isInteger(scalar)) return String(Number(scalar.toFixed(MOST_DECIMALS)));
  return Number.isInteger(scalar) ? BigInt(scalar).toString() : String(scalar);
}
