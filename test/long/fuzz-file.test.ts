import { FILE_PARSERS } from "../fuzz/file-parsers.ts";
import { fuzzLong } from "./fuzz.ts";

fuzzLong(FILE_PARSERS);
