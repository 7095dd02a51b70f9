import { ONCE } from "../../items/family.ts";
import type { Discovery, Row, Scalar } from "../../items/item.ts";
import { text } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, none, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import { instanceItem } from "./declare.ts";
import { PART_FIELDS } from "./part-fields.ts";
import { meant } from "./stat-names.ts";
import { verdicts } from "./ttl.ts";
import { standardGuard } from "./ttl-items.ts";

const STANDARD = ["number", "age", "evicted", "evicted_time", "outofmemory", "total_pages", "free_chunks"];
const LEVELS: ReadonlySet<string> = new Set(
  PART_FIELDS.filter((field) => field.ringed && field.kind === "gauge").map((field) => field.name),
);

export const slab = instanceItem({
  key: "memcached.slab",
  params: {
    chunk: text("slab class, by its chunk size in bytes, such as 96"),
    field: text("name as in the reply to stats items or stats slabs, such as evicted"),
  },
  type: "unsigned",
  units: "",
  name: "One figure of a slab class",
  doc: "A value of stats items or stats slabs in the newest sample. None while the class owns no memory.",
  standard: (view) => chunksOf(view).flatMap((chunk) => STANDARD.map((field) => [chunk, field])),
  value: (view, { chunk, field }) => figure(view, chunk, field),
});

/** Chunk sizes of the slab classes in the view's sample, smallest first. */
export function chunksOf(view: View): readonly string[] {
  const names = view.newest === undefined ? view.parts() : [...view.newest.parts.keys()];
  return [...names].sort((one, other) => Number(one) - Number(other));
}

/** An empty class is missing from `stats items`: it has no items, but what it would tell is not known. */
function figure(view: View, chunk: string, field: string): Answer<Scalar> {
  if (!PART_FIELDS.some(({ name }) => name === field) && view.newest?.parts.get(chunk)?.get(field) === undefined) {
    const names = PART_FIELDS.map(({ name }) => name);
    return unknown(`unknown figure "${field}" of slab classes${meant(field, names)}`);
  }
  if (!/^\d+$/.test(chunk)) return unknown(`expected a chunk size in bytes, found "${chunk}"`);
  if (view.newest?.parts.has(chunk) !== true && !chunksOf(view).includes(chunk))
    return none(`no slab class of ${chunk} bytes has memory; there are ${listed(chunksOf(view), 50)}`);
  const found = view.newest === undefined ? level(view, chunk, field) : view.newest.parts.get(chunk)?.get(field);
  return found === undefined ? none(`"${field}" of the slab class of ${chunk} bytes is not known now`) : value(found);
}

function level(view: View, chunk: string, field: string): number | undefined {
  const found = LEVELS.has(field) ? view.number(field, chunk) : Number.NaN;
  return Number.isNaN(found) ? undefined : found;
}

const slabRows = instanceItem({
  key: "memcached.slab.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Slab class discovery",
  doc: "The slab classes that own memory, by chunk size: it means the same on every instance and version, class numbers do not.",
  delay: "10m",
  standard: () => ONCE,
  value: (view) => value(rowsText(rows(view))),
});

/** LLD macros of a row. */
export const SLAB_MACROS = [
  { name: "INSTANCE", doc: "Short name of the instance." },
  { name: "CHUNK", doc: "Chunk size in bytes; the class parameter of memcached.slab." },
  { name: "CLASS", doc: "Number of the class on this instance." },
  { name: "SHARE", doc: "Percentage of the stored bytes, rounded." },
];

export const slabDiscovery: Discovery = { item: slabRows, macros: SLAB_MACROS };

/** One LLD row per slab class. */
export function rows(view: View): readonly Row[] {
  const guard = standardGuard(view);
  const shares = new Map(guard === undefined ? [] : verdicts(view, guard).map(({ chunk, share }) => [chunk, share]));
  return chunksOf(view).map((chunk) => ({
    INSTANCE: view.target,
    CHUNK: chunk,
    CLASS: String(view.newest?.parts.get(chunk)?.get("class") ?? ""),
    SHARE: String(Math.round(shares.get(chunk) ?? 0)),
  }));
}
