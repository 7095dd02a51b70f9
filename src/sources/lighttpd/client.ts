import { Connection, type Ending } from "../../io/connection.ts";
import { endingReason, isHung } from "../../io/ending-reason.ts";
import { endpointText } from "../../io/endpoint.ts";
import type { Io } from "../../io/io.ts";
import type { Clock, Numbers } from "../../ring/sample.ts";
import { excerpt } from "../../words/excerpt.ts";
import { httpDate } from "./http-date.ts";
import { type Head, PageReader } from "./page-reader.ts";
import type { State } from "./states.ts";
import { parseStatusPage } from "./status-page.ts";
import type { StatusUrl } from "./url.ts";

/** One try to read a server's status page. `clock`: when the server says that it was, unix seconds. */
export type Attempt = { readonly kind: "read"; readonly numbers: Numbers; readonly clock: Clock | undefined } | Failure;

interface Failure {
  readonly kind: "failed";
  readonly state: State;
  readonly reason: string;
}

/** Asks for a status page over a connection of its own. Redirections are not followed, nothing secret is sent. */
export async function readStatus(io: Io, url: StatusUrl, ms: number): Promise<Attempt> {
  const connection = new Connection(io, url.endpoint);
  const reader = new PageReader();
  const ending = await connection.exchange(request(url), reader, ms);
  connection.close();
  return attemptOf(reader, ending, { url, ms });
}

function request({ endpoint, path }: StatusUrl): string {
  const lines = [
    `GET ${path}?auto HTTP/1.0`,
    `Host: ${endpointText(endpoint)}`,
    "User-Agent: tidemark",
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

interface Asked {
  readonly url: StatusUrl;
  readonly ms: number;
}

function attemptOf(reader: PageReader, ending: Ending, { url, ms }: Asked): Attempt {
  const { head, body, fault, received } = reader;
  if (fault !== undefined) return failed("no status", `not a page of lighttpd: ${fault}`);
  if (head !== undefined && head.status !== 200) return refusal(head, url);
  const isRead = ending.kind === "read" || (ending.kind === "closed" && reader.isWhole);
  if (!isRead) return unfinished(ending, { url, ms, received });
  const page = parseStatusPage(body);
  return page.kind === "ok"
    ? { kind: "read", numbers: page.value, clock: httpDate(head?.fields.get("date") ?? "") }
    : failed("no status", `not a status page of lighttpd: ${page.reason}`);
}

function unfinished(ending: Exclude<Ending, { kind: "read" }>, at: Asked & { readonly received: number }): Failure {
  const reason = endingReason(ending, { endpoint: at.url.endpoint, received: at.received, ms: at.ms });
  return failed(isHung(ending, at.url.endpoint) ? "hung" : "down", reason);
}

/** What is to be done about a status other than 200. */
function refusal({ status, fields }: Head, { path }: StatusUrl): Failure {
  const local = `$HTTP["remoteip"] == "127.0.0.1" { status.status-url = "${path}" }`;
  switch (status) {
    case 204:
      return failed("no status", `${path} is an empty page (204), as status.statistics-url has it`);
    case 401:
      return failed("access denied", `${path} wants a login (401); show it to this machine without one: ${local}`);
    case 403:
      return failed("access denied", `${path} is forbidden (403); allow it for this machine: ${local}`);
    case 404:
      return failed("no status", `no page ${path} (404); it needs mod_status and status.status-url = "${path}"`);
    default:
      return failed("no status", `status ${status}${redirection(status, fields)}`);
  }
}

function redirection(status: number, fields: Head["fields"]): string {
  if (status < 300 || status > 399) return "";
  return ` leads to ${excerpt(fields.get("location") ?? "")}, which is not followed; Url must be the final address`;
}

function failed(state: State, reason: string): Failure {
  return { kind: "failed", state, reason };
}
