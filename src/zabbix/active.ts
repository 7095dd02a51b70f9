import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { isObject, type JsonObject, jsonText, parseJson } from "./json.ts";
import { PROTOCOL_VERSION, VARIANT } from "./passive.ts";

// Bodies of active checks, each in one packet on a connection of its own. Unknown fields are ignored.
//
// request   := {"request":"active checks","host":text,"version":text,"variant":number,"session":text,
//               "config_revision":number ["host_metadata":text] ["interface":text] ["ip":text] ["port":number]}
// list      := {"response":"success" ["config_revision":number] ["data":[item...]] ["upload":"disabled"]
//               ["commands":[{"id":number...}...]]}
// item      := {"key":text,"itemid":number,"delay":text or number...}
// heartbeat := {"request":"active check heartbeat","host":text,"heartbeat_freq":number...}      no reply
// data      := {"request":"agent data","session":text,"version":text,"variant":number,"host":text,"data":[row...]}
// row       := {"id":number,"itemid":number,"value":text ["state":1],"clock":number,"ns":number}
// reply     := {"response":"success","info":text ["upload":"disabled"]}
// refusal   := {"response":"failed" ["info":text] ["redirect":{"revision":number,"address":text} or {"reset":true}]}

/** Who asks, and what autoregistration is told of it. */
export interface ActiveHost {
  readonly host: string;
  readonly metadata: string | undefined;
  /** IP address or DNS name. */
  readonly interface: string | undefined;
  readonly ip: string | undefined;
  readonly port: number | undefined;
}

/** One item of a list; `delay` as interval.ts parses it. */
export interface ActiveItem {
  readonly itemid: number;
  readonly key: string;
  readonly delay: string;
}

/** Another server to go to: "proxy2.example:10051". `revision`: of two redirects the higher one counts. */
export type Redirect =
  | { readonly kind: "to"; readonly address: string; readonly revision: number }
  | { readonly kind: "reset" };

/** What every reply may say. `upload` false: values are to be held back until a later list does not say so. */
interface Accepted {
  readonly kind: "success";
  readonly upload: boolean;
}
type Refused =
  | { readonly kind: "failed"; readonly upload: boolean; readonly reason: string }
  | { readonly kind: "redirect"; readonly redirect: Redirect };

/**
 * A list of items. `items` undefined: as before. `faults`: items that could not be read, and why. `commands`: ids of
 * remote commands. `revision`: what to send with the next request; 0 when the server has none.
 */
export type ListReply =
  | (Accepted & {
      readonly items: readonly ActiveItem[] | undefined;
      readonly faults: readonly string[];
      readonly revision: number;
      readonly commands: readonly number[];
    })
  | Refused;

/** `failed`: values that the server did not take, if it said so. `info`: its own words. */
export type DataReply = (Accepted & { readonly failed: number; readonly info: string }) | Refused;

/** @param known `session`: 32 hexadecimal digits; `revision`: of the list that is held, 0 for none */
export function encodeListRequest(
  { host, metadata, interface: address, ip, port }: ActiveHost,
  known: { readonly session: string; readonly revision: number },
): Buffer {
  return json({
    request: "active checks",
    host,
    version: PROTOCOL_VERSION,
    variant: VARIANT,
    session: known.session,
    config_revision: known.revision,
    host_metadata: metadata,
    interface: address,
    ip,
    port,
  });
}

/** @param everySeconds how often it is sent, by which the server sees that one is missing */
export function encodeHeartbeat(host: string, everySeconds: number): Buffer {
  return json({
    request: "active check heartbeat",
    host,
    heartbeat_freq: everySeconds,
    version: PROTOCOL_VERSION,
    variant: VARIANT,
  });
}

/** @param rows JSON objects, comma between them */
export function encodeAgentData({
  session,
  host,
  rows,
}: {
  readonly session: string;
  readonly host: string;
  readonly rows: string;
}): Buffer {
  return Buffer.from(
    `{"request":"agent data","session":${jsonText(session)},"version":"${PROTOCOL_VERSION}","variant":${VARIANT},` +
      `"host":${jsonText(host)},"data":[${rows}]}`,
  );
}

/** Says that remote commands were not run. */
export function encodeCommandErrors(
  { session, host }: { readonly session: string; readonly host: string },
  ids: readonly number[],
): Buffer {
  const commands = ids.map((id) => ({ id, error: "tidemark runs no remote commands." }));
  return json({ request: "agent data", session, version: PROTOCOL_VERSION, variant: VARIANT, host, commands });
}

/** The JSON members of a row about one item, without id, clock and ns. */
export function encodeItemRow(itemid: number, value: string): string {
  return `"itemid":${itemid},"value":${jsonText(value)}`;
}

/** The same for an item that is not supported. */
export function encodeNotSupportedRow(itemid: number, reason: string): string {
  return `"itemid":${itemid},"state":1,"value":${jsonText(reason)}`;
}

/** Decodes the reply to a list request; malformed when it is no such reply at all. */
export function decodeListReply(body: Buffer): Parsed<ListReply> {
  const reply = readReply(body);
  if (reply.kind === "malformed" || !("json" in reply.value)) return reply as Parsed<Refused>;
  const { json: found, upload } = reply.value;
  const { data, config_revision: revision, commands } = found;
  if (data !== undefined && !Array.isArray(data)) return malformed('"data" is not a list');
  const items = data?.map(readItem);
  return ok({
    kind: "success",
    upload,
    items: items?.filter((item) => typeof item !== "string"),
    faults: items?.filter((item) => typeof item === "string") ?? [],
    revision: typeof revision === "number" && Number.isSafeInteger(revision) ? revision : 0,
    commands: Array.isArray(commands) ? commands.flatMap(readCommand) : [],
  });
}

/** Decodes the reply to agent data. */
export function decodeDataReply(body: Buffer): Parsed<DataReply> {
  const reply = readReply(body);
  if (reply.kind === "malformed" || !("json" in reply.value)) return reply as Parsed<Refused>;
  const { json: found, upload } = reply.value;
  const info = typeof found["info"] === "string" ? found["info"] : "";
  return ok({ kind: "success", upload, failed: Number(/\bfailed: (\d+)/.exec(info)?.[1] ?? 0), info });
}

/** A heartbeat is answered by nothing but a redirect. */
export function decodeHeartbeatReply(body: Buffer): Redirect | undefined {
  const reply = readReply(body);
  return reply.kind === "ok" && reply.value.kind === "redirect" ? reply.value.redirect : undefined;
}

function json(fields: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(fields));
}

function readReply(body: Buffer): Parsed<(Accepted & { readonly json: JsonObject }) | Refused> {
  const reply = parseJson(body.toString("utf8"));
  if (!isObject(reply)) return malformed("the reply is not a JSON object");
  const redirect = readRedirect(reply["redirect"]);
  if (redirect.kind === "malformed") return redirect;
  if (redirect.value !== undefined) return ok({ kind: "redirect", redirect: redirect.value });
  const upload = reply["upload"] !== "disabled";
  if (reply["response"] === "success") return ok({ kind: "success", upload, json: reply });
  if (reply["response"] !== "failed") return malformed('the reply has no "response"');
  const reason = typeof reply["info"] === "string" ? reply["info"] : "no reason was given";
  return ok({ kind: "failed", upload, reason });
}

function readRedirect(redirect: unknown): Parsed<Redirect | undefined> {
  if (!isObject(redirect)) return ok(undefined);
  if (redirect["reset"] === true) return ok({ kind: "reset" });
  const { address, revision } = redirect;
  if (typeof address !== "string") return malformed("a redirect has no address");
  return ok({ kind: "to", address, revision: typeof revision === "number" ? revision : 0 });
}

function readItem(item: unknown): ActiveItem | string {
  if (!isObject(item)) return "an item is not a JSON object";
  const { key, itemid, delay } = item;
  if (typeof key !== "string") return "an item has no key";
  if (typeof itemid !== "number" || !Number.isSafeInteger(itemid) || itemid < 0) return `item "${key}" has no itemid`;
  if (typeof delay !== "string" && typeof delay !== "number") return `item "${key}" has no delay`;
  return { key, itemid, delay: String(delay) };
}

function readCommand(command: unknown): readonly number[] {
  const id = isObject(command) ? command["id"] : undefined;
  return typeof id === "number" ? [id] : [];
}
