import { SUPERVISE_PARSERS } from "../fuzz/supervise-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(SUPERVISE_PARSERS);
