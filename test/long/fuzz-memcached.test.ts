import { MEMCACHED_PARSERS } from "../fuzz/memcached-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(MEMCACHED_PARSERS);
