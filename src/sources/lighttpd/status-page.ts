import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Numbers } from "../../ring/sample.ts";
import { excerpt } from "../../words/excerpt.ts";

// The page that mod_status gives for "?auto": mod_status_handle_server_status_text in lighttpd's mod_status.c.
//
//   page := (name ": " value LF)*      ; Total Accesses, Total kBytes, Uptime, BusyServers, IdleServers, Scoreboard

const KIB = 1024;

const FIGURES = [
  ["Total Accesses", "requests", 1],
  ["Total kBytes", "traffic", KIB],
  ["Uptime", "uptime", 1],
  ["BusyServers", "busy", 1],
  ["IdleServers", "idle", 1],
] as const;

/** The figures by our names; all of them in whole lines, or it is no status page. @param page latin1 */
export function parseStatusPage(page: string): Parsed<Numbers> {
  const stranger = strangeForm(page);
  if (stranger !== undefined) return malformed(stranger);
  const found = new Map<string, number | bigint>();
  for (const [title, name, factor] of FIGURES) {
    const text = new RegExp(`^${title}: *([^\\r\\n]{0,40})\\r?\\n`, "m").exec(page)?.[1];
    if (text === undefined) return malformed(`a page without "${title}": ${excerpt(page)}`);
    if (!/^\d{1,19}$/.test(text)) return malformed(`"${title}" of ${excerpt(text)}, expected a number`);
    found.set(name, scaled(text, factor));
  }
  return ok(found);
}

/** What people most often take for the status page. */
function strangeForm(page: string): string | undefined {
  const start = page.trimStart();
  if (start === "") return "an empty page, as status.statistics-url has it";
  if (start.startsWith("<")) return "an HTML page; Url must be the address of status.status-url";
  return start.startsWith("{") ? "a JSON page; Url must be the address of status.status-url" : undefined;
}

/** Exactly, also above 2^53. */
function scaled(digits: string, factor: number): number | bigint {
  const exact = BigInt(digits) * BigInt(factor);
  return exact > BigInt(Number.MAX_SAFE_INTEGER) ? exact : Number(exact);
}
