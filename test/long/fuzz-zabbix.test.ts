import { ZABBIX_PARSERS } from "../fuzz/zabbix-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(ZABBIX_PARSERS);
