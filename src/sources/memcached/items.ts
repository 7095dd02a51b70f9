import type { Discovery, Item } from "../../items/item.ts";
import { delta, evictionsNonfull, largest, mean, perSecond, smallest, stat } from "./counters.ts";
import { instanceDiscovery, poolDiscovery } from "./discovery.ts";
import { hitRatio, requests } from "./hit-ratio.ts";
import { legacyAge, legacyConnections, legacyHitRatio } from "./legacy.ts";
import { error, resets, restarts, sampleAge, state, uptime } from "./life.ts";
import { get } from "./master.ts";
import { ping, stats } from "./native.ts";
import {
  poolConnections,
  poolHitRatio,
  poolLeftOut,
  poolOldest,
  poolRequests,
  poolSize,
  poolTtlMin,
  poolUp,
} from "./pool.ts";
import { drift, setting } from "./settings.ts";
import { slabFleetDiscovery, slabsGet } from "./slab-fleet.ts";
import { slab, slabDiscovery } from "./slabs.ts";
import { oldest, ttlClass, ttlMin, ttlPressure } from "./ttl-items.ts";

export const DISCOVERIES: readonly Discovery[] = [instanceDiscovery, slabDiscovery, slabFleetDiscovery, poolDiscovery];

/** Every item of memcached, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  uptime,
  restarts,
  resets,
  sampleAge,
  hitRatio,
  requests,
  ttlMin,
  ttlClass,
  ttlPressure,
  oldest,
  stat,
  delta,
  perSecond,
  smallest,
  largest,
  mean,
  evictionsNonfull,
  slab,
  setting,
  drift,
  get,
  slabsGet,
  poolHitRatio,
  poolRequests,
  poolTtlMin,
  poolOldest,
  poolConnections,
  poolSize,
  poolUp,
  poolLeftOut,
  ...DISCOVERIES.map((discovery) => discovery.item),
  ping,
  stats,
  legacyConnections,
  legacyHitRatio,
  legacyAge,
];
