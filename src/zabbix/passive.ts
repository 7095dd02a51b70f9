import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { isObject, type JsonObject, jsonText, parseJson, untilNul } from "./json.ts";

// Bodies of passive checks; each travels in one packet.
//
// plain request := item key              plain reply := value / "ZBX_NOTSUPPORTED" NUL reason
// JSON request  := {"request":"passive checks","data":[{"key":text,"timeout":seconds or "3s"}]}
// JSON reply    := {"version":text,"variant":number,"data":[{"value":text or null} / {"error":reason}]}
//                / {"version":text,"variant":number,"error":reason}

/** The protocol that our JSON replies follow. */
export const PROTOCOL_VERSION = "7.0.0";
/** 2 stands for agent 2, whose wording of errors we share. */
export const VARIANT = 2;

const REQUEST = "passive checks";
const NOT_SUPPORTED = "ZBX_NOTSUPPORTED";
const UNREADABLE = "Failed to unmarshall json request into passiveChecksRequest.";
/** What Zabbix's own parser takes; a request has three levels. */
const DEEPEST = 64;
const LEAST_TIMEOUT = 1;
const MOST_TIMEOUT = 600;
const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;

/**
 * What was asked, and in which form to answer. `timeout`: seconds, undefined when the asker named none.
 * `error`: the request as a whole is refused with this text.
 */
export type PassiveRequest =
  | { readonly form: "plain"; readonly key: string }
  | { readonly form: "json"; readonly key: string; readonly timeout: number | undefined }
  | { readonly form: "json"; readonly error: string };

/** One item's answer. `none`: there is rightly no value now; `unknown`: not supported. */
export type PassiveReply =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Decodes the body of a request; never fails, since whatever is not JSON is a key. As zabbix_agentd: the body ends at
 * its first NUL, line ends behind it are dropped, and only a valid JSON object or array is taken for JSON, of 64 levels
 * at most. Errors are worded as agent 2 words them, and like it a missing key is an empty one. Bytes that are not UTF-8
 * become U+FFFD.
 */
export function decodePassiveRequest(body: Buffer): PassiveRequest {
  const text = withoutLineEnds(untilNul(body.toString("utf8")));
  const json = /^[ \t\r\n]*[{[]/.test(text) ? parseJson(text, DEEPEST) : undefined;
  return json === undefined ? { form: "plain", key: text } : readRequest(json);
}

/** Body of a plain reply. There is no plain word for `none`: it goes out as not supported, with its reason. */
export function encodePlainReply(reply: PassiveReply): Buffer {
  if (reply.kind === "value") return Buffer.from(untilNul(reply.text));
  return Buffer.from(`${NOT_SUPPORTED}\0${untilNul(reply.reason)}`);
}

/** Body of a JSON reply. `none` is `"value":null`, which leaves the item supported. */
export function encodeJsonReply(reply: PassiveReply, version: string, variant: number): Buffer {
  return Buffer.from(`${jsonHead(version, variant)}"data":[{${jsonResult(reply)}}]}`);
}

/** Body of a JSON reply that refuses the request as a whole. */
export function encodeJsonError(error: string, version: string, variant: number): Buffer {
  return Buffer.from(`${jsonHead(version, variant)}"error":${jsonText(error)}}`);
}

/** Body of a JSON request for one item, as zabbix_get 7.0 writes it. */
export function encodePassiveRequest(key: string, timeoutSeconds: number): Buffer {
  return Buffer.from(`{"request":"${REQUEST}","data":[{"key":${jsonText(key)},"timeout":${timeoutSeconds}}]}`);
}

/** Decodes a JSON reply as zabbix_get 7.0 reads it: an error wins over a value, numbers and booleans become text. */
export function decodeJsonReply(body: Buffer): Parsed<PassiveReply> {
  const reply = parseJson(body.toString("utf8"));
  if (!isObject(reply)) return malformed("reply is not a JSON object");
  if (typeof reply["version"] !== "string") return malformed('reply has no "version"');
  if (typeof reply["error"] === "string") return ok({ kind: "unknown", reason: untilNul(reply["error"]) });
  const [result] = Array.isArray(reply["data"]) ? reply["data"] : [];
  return isObject(result) ? readResult(result) : malformed('reply has no result in "data"');
}

/** A loop, since a pattern for this takes quadratic time: 64 kB of line ends before a letter stop the daemon for seconds. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end -= 1;
  return text.slice(0, end);
}

function readRequest(json: unknown): PassiveRequest {
  if (!isObject(json)) return refused(UNREADABLE);
  const data = json["data"] ?? [];
  const request = json["request"] ?? "";
  if (!Array.isArray(data) || typeof request !== "string") return refused(UNREADABLE);
  return data.length === 0 ? refused('Received empty "data" tag.') : readItem(data[0], request);
}

function readItem(item: unknown, request: string): PassiveRequest {
  if (!isObject(item)) return refused(UNREADABLE);
  const key = item["key"] ?? "";
  if (typeof key !== "string") return refused(UNREADABLE);
  if (request !== REQUEST) return refused(`Unknown request type "${request}".`);
  const timeout = readTimeout(item["timeout"]);
  if (timeout.kind === "malformed")
    return refused(`Failed to parse passive check timeout: ${timeout.reason}: unsupported timeout value.`);
  return { form: "json", key: untilNul(key), timeout: timeout.value };
}

function refused(error: string): PassiveRequest {
  return { form: "json", error };
}

function readTimeout(timeout: unknown): Parsed<number | undefined> {
  if (timeout === undefined || timeout === null) return ok(undefined);
  const seconds = typeof timeout === "number" ? Math.trunc(timeout) : suffixedSeconds(timeout);
  if (seconds === undefined) return malformed("invalid time suffix format");
  if (seconds < LEAST_TIMEOUT) return malformed(`timeout ${seconds} is too small, min - ${LEAST_TIMEOUT}`);
  if (seconds > MOST_TIMEOUT) return malformed(`timeout ${seconds} is too large, max - ${MOST_TIMEOUT}`);
  return ok(seconds);
}

function suffixedSeconds(timeout: unknown): number | undefined {
  const match = typeof timeout === "string" ? /^(\d+)([smhdw]?)$/.exec(timeout) : null;
  if (match === null) return undefined;
  const suffix = (match[2] || "s") as keyof typeof SECONDS;
  return Number(match[1]) * SECONDS[suffix];
}

function jsonHead(version: string, variant: number): string {
  return `{"version":${jsonText(version)},"variant":${variant},`;
}

function jsonResult(reply: PassiveReply): string {
  switch (reply.kind) {
    case "value":
      return `"value":${jsonText(reply.text)}`;
    case "none":
      return '"value":null';
    case "unknown":
      return `"error":${jsonText(reply.reason)}`;
  }
}

function readResult(result: JsonObject): Parsed<PassiveReply> {
  const { error, value } = result;
  if (typeof error === "string") return ok({ kind: "unknown", reason: untilNul(error) });
  if (value === null) return ok({ kind: "none", reason: "no value was received" });
  if (typeof value === "string") return ok({ kind: "value", text: untilNul(value) });
  if (typeof value === "number" || typeof value === "boolean") return ok({ kind: "value", text: String(value) });
  return malformed('result has neither "value" nor "error"');
}
