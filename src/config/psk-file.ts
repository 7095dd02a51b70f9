import { malformed, ok, type Parsed } from "../ring/answer.ts";

const FEWEST_DIGITS = 32;
const MOST_DIGITS = 512;

/**
 * The pre-shared key in a file as zabbix_agentd reads it: 32 to 512 hexadecimal digits in the first line, nothing else.
 * The text of the key is never part of a reason.
 */
export function parsePskFile(content: Uint8Array): Parsed<Uint8Array> {
  const [line = ""] = Buffer.from(content).toString("latin1").split(/\r?\n/);
  if (line === "") return malformed("its first line is empty, expected a key of hexadecimal digits");
  const { length } = line;
  if (!/^[0-9A-Fa-f]+$/.test(line)) return malformed("its first line has other characters than hexadecimal digits");
  if (length % 2 !== 0) return malformed(`its first line has ${length} hexadecimal digits, expected an even number`);
  if (length >= FEWEST_DIGITS && length <= MOST_DIGITS) return ok(Buffer.from(line, "hex"));
  return malformed(`its first line has ${length} hexadecimal digits, expected ${FEWEST_DIGITS} to ${MOST_DIGITS}`);
}
