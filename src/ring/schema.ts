import type { Field } from "./sample.ts";

/** A ringed number field and its place: `column` counts from 0 among the general fields, or within a part. */
export interface RingedField {
  readonly name: string;
  readonly column: number;
  readonly counter: boolean;
  readonly survivesReset: boolean;
}

/** What the ring keeps of one source: number fields of the target itself, of each part, and text fields. */
export interface Schema {
  readonly general: ReadonlyMap<string, RingedField>;
  readonly part: ReadonlyMap<string, RingedField>;
  readonly texts: readonly string[];
}

export function schemaOf(fields: readonly Field[]): Schema {
  const ringed = fields.filter((field) => field.ringed);
  const numbers = ringed.filter((field) => field.kind !== "text");
  return {
    general: columns(numbers.filter((field) => !field.part)),
    part: columns(numbers.filter((field) => field.part)),
    texts: ringed.filter((field) => field.kind === "text").map((field) => field.name),
  };
}

function columns(fields: readonly Field[]): ReadonlyMap<string, RingedField> {
  const placed = fields.map(({ name, kind, survivesReset }, column) => ({
    name,
    column,
    counter: kind === "counter",
    survivesReset: survivesReset === true,
  }));
  return new Map(placed.map((field) => [field.name, field]));
}
