import { NEIGHBOUR_PARSERS } from "../fuzz/neighbour-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(NEIGHBOUR_PARSERS);
