import { FILE_PARSERS } from "./file-parsers.ts";
import type { Fuzzed } from "./fuzzed.ts";
import { MEMCACHED_PARSERS } from "./memcached-parsers.ts";
import { NEIGHBOUR_PARSERS } from "./neighbour-parsers.ts";
import { RSYSLOG_PARSERS } from "./rsyslog-parsers.ts";
import { SUPERVISE_PARSERS } from "./supervise-parsers.ts";
import { ZABBIX_PARSERS } from "./zabbix-parsers.ts";

/** Every reader of bytes that come from a network, a pipe or a file that somebody else may write. */
export const PARSERS: readonly Fuzzed[] = [
  ...ZABBIX_PARSERS,
  ...MEMCACHED_PARSERS,
  ...SUPERVISE_PARSERS,
  ...RSYSLOG_PARSERS,
  ...NEIGHBOUR_PARSERS,
  ...FILE_PARSERS,
];
