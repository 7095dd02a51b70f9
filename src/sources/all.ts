import { memcached } from "./memcached/memcached.ts";
import type { Source } from "./source.ts";
import { tidemark } from "./tidemark.ts";

/** Every watched software, in the order in which keys and tables are shown. */
export const SOURCES: readonly Source[] = [memcached, tidemark];
