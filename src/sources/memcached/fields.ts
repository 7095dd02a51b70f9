import type { Field } from "../../ring/sample.ts";
import { PART_FIELDS } from "./part-fields.ts";

/** Counters that the ring keeps: all hit and miss pairs, load, evictions, refused clients, network. */
const RINGED_COUNTERS = [
  ["get_hits", "keys", "Keys that get found."],
  ["get_misses", "keys", "Keys that get did not find."],
  ["delete_hits", "requests", "Deletes of keys that were there."],
  ["delete_misses", "requests", "Deletes of keys that were not there."],
  ["incr_hits", "requests", "Increments of keys that were there."],
  ["incr_misses", "requests", "Increments of keys that were not there."],
  ["decr_hits", "requests", "Decrements of keys that were there."],
  ["decr_misses", "requests", "Decrements of keys that were not there."],
  ["cas_hits", "requests", "Compare-and-swap stores that succeeded."],
  ["cas_misses", "requests", "Compare-and-swap stores of keys that were not there."],
  ["touch_hits", "keys", "Touches of keys that were there."],
  ["touch_misses", "keys", "Touches of keys that were not there."],
  ["cmd_get", "keys", "Keys asked for by get; a multi-key get counts each."],
  ["cmd_set", "requests", "Stores of any kind."],
  ["cmd_flush", "requests", "Commands flush_all; the guarded minimum TTL is never above the time since the last."],
  ["evictions", "items", "Live items thrown out to make room."],
  ["reclaimed", "items", "Stores that reused the memory of an expired item."],
  ["slab_reassign_evictions_nomem", "items", "Live items thrown out by moving slab pages; not part of evictions."],
  ["expired_unfetched", "items", "Items that expired and were never read."],
  ["evicted_unfetched", "items", "Items that were evicted and never read."],
  ["total_connections", "connections", "Connections opened."],
  ["rejected_connections", "connections", "Connections refused at the limit (maxconns_fast)."],
  ["listen_disabled_num", "times", "Times that the listener was switched off at the connection limit."],
  ["bytes_read", "B", "Bytes received from the network, tidemark's own requests included."],
  ["bytes_written", "B", "Bytes sent to the network, tidemark's own replies included."],
] as const;

/** Levels that the ring keeps: what trends over hours or guards another value. */
const RINGED_GAUGES = [
  ["uptime", "s", "Seconds since the process started."],
  ["curr_connections", "connections", "Open connections, tidemark's own included."],
  ["curr_items", "items", "Stored items, those expired and not yet reclaimed included."],
  ["bytes", "B", "Bytes of the stored items with their keys and headers; less than the allocated pages."],
  ["limit_maxbytes", "B", "Memory limit (-m); can be changed at run time."],
] as const;

const COUNTERS = [
  ["cmd_touch", "keys", "Keys touched: touch_hits + touch_misses."],
  ["cmd_meta", "requests", "Meta commands."],
  ["get_expired", "keys", "Gets of keys that had expired; part of get_misses."],
  ["get_flushed", "keys", "Gets of keys that were flushed; part of get_misses."],
  ["cas_badval", "requests", "Compare-and-swap stores refused because the item had changed."],
  ["store_too_large", "requests", "Stores refused because the value was too large."],
  ["store_no_memory", "requests", "Stores refused because no memory could be had."],
  ["auth_cmds", "requests", "Login attempts."],
  ["auth_errors", "requests", "Failed logins."],
  ["idle_kicks", "connections", "Connections closed by idle_timeout."],
  ["time_in_listen_disabled_us", "us", "Time that the listener was off; added when it comes on again."],
  ["conn_yields", "times", "Times that a busy connection gave way to others (reqs_per_event)."],
  ["response_obj_oom", "times", "Connections closed because no response object could be had."],
  ["read_buf_oom", "times", "Connections closed because no read buffer could be had."],
  ["slabs_moved", "pages", "Pages moved between slab classes."],
  ["slab_reassign_rescues", "items", "Items kept while their page was moved."],
  ["slab_reassign_chunk_rescues", "chunks", "Chunks of large items kept while their page was moved."],
  ["slab_reassign_inline_reclaim", "items", "Items moved to make room while a page was moved."],
  ["slab_reassign_busy_items", "items", "Items that were in use when their page was moved."],
  ["slab_reassign_busy_deletes", "items", "Items thrown out because they stayed in use."],
  ["slab_reassign_busy_nomem", "times", "Page moves that waited for memory (since 1.6.34)."],
  ["lru_crawler_starts", "times", "Runs of the LRU crawler."],
  ["lru_maintainer_juggles", "times", "Wake-ups of the LRU maintainer."],
  ["malloc_fails", "times", "Failed allocations."],
  ["log_worker_dropped", "lines", "Log lines that a worker could not write."],
  ["log_worker_written", "lines", "Log lines written by workers."],
  ["log_watcher_skipped", "lines", "Log lines not sent to slow watchers."],
  ["log_watcher_sent", "lines", "Log lines sent to watchers."],
  ["unexpected_napi_ids", "times", "Connections with an unexpected NAPI id."],
  ["round_robin_fallback", "times", "Connections given to a thread by turn instead of by NAPI id."],
  ["total_items", "items", "Items ever stored."],
  ["evicted_active", "items", "Evicted items that had been read recently."],
  ["crawler_reclaimed", "items", "Expired items freed by the LRU crawler."],
  ["crawler_items_checked", "items", "Items looked at by the LRU crawler."],
  ["lrutail_reflocked", "times", "Items at the tail that were in use."],
  ["moves_to_cold", "items", "Moves to the cold list."],
  ["moves_to_warm", "items", "Moves to the warm list."],
  ["moves_within_lru", "items", "Moves within the hot and warm lists."],
  ["direct_reclaims", "times", "Times that a worker itself had to evict or reclaim to store."],
] as const;

/** Counters that `stats reset` leaves alone. */
const LASTING_COUNTERS = [
  ["rusage_user", "s", "CPU seconds of the process in user mode."],
  ["rusage_system", "s", "CPU seconds of the process in the kernel."],
  ["lru_bumps_dropped", "times", "Item bumps dropped because the queue was full."],
] as const;

const GAUGES = [
  ["pid", "", "Process id."],
  ["time", "unixtime", "Clock of memcached itself; does not follow later steps of the system clock."],
  ["pointer_size", "bits", "32 or 64."],
  ["max_connections", "connections", "Connection limit (-c)."],
  ["connection_structures", "structures", "Allocated connection structures."],
  ["response_obj_count", "objects", "Response objects."],
  ["response_obj_bytes", "B", "Bytes of response objects."],
  ["read_buf_count", "buffers", "Read buffers."],
  ["read_buf_bytes", "B", "Bytes of read buffers."],
  ["read_buf_bytes_free", "B", "Bytes of unused read buffers."],
  ["reserved_fds", "descriptors", "File descriptors kept for memcached's own use."],
  ["accepting_conns", "", "1 while the listener is on, 0 while it is off at the connection limit."],
  ["threads", "threads", "Worker threads (-t)."],
  ["hash_power_level", "", "Size of the hash table as a power of two."],
  ["hash_bytes", "B", "Bytes of the hash table."],
  ["hash_is_expanding", "", "1 while the hash table grows."],
  ["slab_reassign_running", "", "1 while a page is moved."],
  ["slab_reassign_last_busy_status", "", "Why the last page move waited (since 1.6.40)."],
  ["lru_crawler_running", "", "1 while the LRU crawler runs."],
  ["log_watchers", "watchers", "Clients that watch the log."],
  ["slab_global_page_pool", "pages", "Pages that belong to no slab class."],
  ["active_slabs", "classes", "Slab classes that own pages."],
  ["total_malloced", "B", "Bytes of all slab pages."],
] as const;

const TEXTS = [
  ["version", "", "Version of memcached."],
  ["libevent", "", "Version of libevent."],
] as const;

/**
 * What a sample of memcached holds, and what of it the ring keeps.
 *
 * - `numbers`: every number of `stats`, and `active_slabs` and `total_malloced` of `stats slabs`, by their own names.
 * - `texts`: the other values of `stats` (version, libevent); every line of `stats settings` as `setting.<name>`;
 *   what the instance was started or configured with as `expected.<setting>` (see settings.ts).
 * - `parts`: slab classes by chunk size in bytes ("96"), since class numbers differ between versions.
 *
 * The ring budget is 80 columns per instance with ten slab classes: five per class leave thirty for the general ones.
 * `cmd_touch` is left out because it is touch_hits + touch_misses.
 */
export const FIELDS: readonly Field[] = [...general(), ...PART_FIELDS];

function general(): readonly Field[] {
  return [
    ...RINGED_COUNTERS.map(field("counter", true)),
    ...RINGED_GAUGES.map(field("gauge", true)),
    ...COUNTERS.map(field("counter", false)),
    ...LASTING_COUNTERS.map((row): Field => ({ ...field("counter", false)(row), survivesReset: true })),
    ...GAUGES.map(field("gauge", false)),
    ...TEXTS.map(field("text", false)),
  ];
}

type Row = readonly [name: string, unit: string, doc: string];

function field(kind: Field["kind"], ringed: boolean): (row: Row) => Field {
  return ([name, unit, doc]) => ({ name, kind, unit, doc, part: false, ringed });
}
