import type { Fuzzed } from "./fuzzed.ts";
import { ZABBIX_PARSERS } from "./zabbix-parsers.ts";

/** Every reader of bytes that come from a network, a pipe or a file that somebody else may write. */
export const PARSERS: readonly Fuzzed[] = [...ZABBIX_PARSERS];
