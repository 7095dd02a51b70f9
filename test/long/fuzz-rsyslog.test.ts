import { RSYSLOG_PARSERS } from "../fuzz/rsyslog-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(RSYSLOG_PARSERS);
