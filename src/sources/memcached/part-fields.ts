import type { Field } from "../../ring/sample.ts";

/** Kept for every slot: what the guarded minimum TTL needs. A size of "96" and a number of items give the share. */
const RINGED = [
  ["number", "gauge", "items", "Items in the class."],
  ["age", "gauge", "s", "Idle time of the item at the tail of the (cold) list; 0 when that list is empty."],
  ["evicted", "counter", "items", "Live items thrown out of the class."],
  ["evicted_time", "gauge", "s", "How long the item evicted last had been idle; stays when evictions stop."],
  ["outofmemory", "counter", "requests", "Stores refused because nothing could be evicted."],
] as const;

const ITEMS = [
  ["number_hot", "gauge", "items", "Items in the hot list."],
  ["number_warm", "gauge", "items", "Items in the warm list."],
  ["number_cold", "gauge", "items", "Items in the cold list."],
  ["number_temp", "gauge", "items", "Items in the list of short-lived ones."],
  ["age_hot", "gauge", "s", "Idle time of the tail of the hot list."],
  ["age_warm", "gauge", "s", "Idle time of the tail of the warm list."],
  ["mem_requested", "gauge", "B", "Bytes that the items really need."],
  ["evicted_nonzero", "counter", "items", "Evicted items that had an expiry time."],
  ["tailrepairs", "counter", "items", "Items freed although something still referred to them."],
  ["reclaimed", "counter", "items", "Stores that reused the memory of an expired item."],
  ["expired_unfetched", "counter", "items", "Items that expired and were never read."],
  ["evicted_unfetched", "counter", "items", "Items that were evicted and never read."],
  ["evicted_active", "counter", "items", "Evicted items that had been read recently."],
  ["crawler_reclaimed", "counter", "items", "Expired items freed by the LRU crawler."],
  ["crawler_items_checked", "counter", "items", "Items looked at by the LRU crawler."],
  ["lrutail_reflocked", "counter", "times", "Items at the tail that were in use."],
  ["moves_to_cold", "counter", "items", "Moves to the cold list."],
  ["moves_to_warm", "counter", "items", "Moves to the warm list."],
  ["moves_within_lru", "counter", "items", "Moves within the hot and warm lists."],
  ["direct_reclaims", "counter", "times", "Times that a worker itself had to evict or reclaim to store."],
  ["hits_to_hot", "counter", "keys", "Hits on items in the hot list."],
  ["hits_to_warm", "counter", "keys", "Hits on items in the warm list."],
  ["hits_to_cold", "counter", "keys", "Hits on items in the cold list."],
  ["hits_to_temp", "counter", "keys", "Hits on items in the list of short-lived ones."],
] as const;

const SLABS = [
  ["chunk_size", "gauge", "B", "Size of one chunk."],
  ["chunks_per_page", "gauge", "chunks", "Chunks in one page."],
  ["total_pages", "gauge", "pages", "Pages that the class owns."],
  ["total_chunks", "gauge", "chunks", "Chunks that the class owns."],
  ["used_chunks", "gauge", "chunks", "Chunks in use."],
  ["free_chunks", "gauge", "chunks", "Chunks to be had without eviction."],
  ["free_chunks_end", "gauge", "chunks", "Free chunks at the end of the last page; always 0 since 1.5."],
  ["get_hits", "counter", "keys", "Gets that found a key of the class."],
  ["cmd_set", "counter", "requests", "Stores into the class."],
  ["delete_hits", "counter", "requests", "Deletes in the class."],
  ["incr_hits", "counter", "requests", "Increments in the class."],
  ["decr_hits", "counter", "requests", "Decrements in the class."],
  ["cas_hits", "counter", "requests", "Compare-and-swap stores in the class."],
  ["cas_badval", "counter", "requests", "Compare-and-swap stores refused because the item had changed."],
  ["touch_hits", "counter", "keys", "Touches in the class."],
] as const;

/** The class's number, by which this server's own replies name it. */
const CLASS = ["class", "gauge", "", "Number of the class on this server and version."] as const;

/** Figures of one slab class; the part's name is its chunk size in bytes. */
export const PART_FIELDS: readonly Field[] = [
  ...RINGED.map((row) => partField(row, true)),
  ...[...ITEMS, ...SLABS, CLASS].map((row) => partField(row, false)),
];

/** Names that come from `stats slabs`; those of the other part fields come from `stats items`. */
export const SLAB_NAMES: ReadonlySet<string> = new Set(SLABS.map(([name]) => name));

function partField([name, kind, unit, doc]: readonly [string, Field["kind"], string, string], ringed: boolean): Field {
  return { name, kind, unit, doc, part: true, ringed };
}
