import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { isObject, type JsonObject, parseJson } from "./json.ts";

// Agent 2's protocol with its loadable plugins, the same in 6.0 and 7.0:
//
// frame := type:u32le (1: JSON)  length:u32le  json[length]
// json  := {"id":number,"type":number,...}        answers repeat the id of their request; log messages have id 0

const HEADER_BYTES = 8;
const JSON_FRAME = 1;
/** The agent states no limit; its requests are small, options the largest of them. Longer than this is no frame. */
const MOST_BYTES = 16 << 20;
/** Of options: more dots than a line of the agent's file has room for. */
const DEEPEST = 1100;

/** A parameter of `Plugins.<Name>` with its children; a value is base64, and stands in this line of its file. */
export interface OptionNode {
  readonly Name?: string;
  readonly Value?: string;
  readonly Line?: number;
  readonly Nodes?: readonly OptionNode[];
}

/** What the agent says. */
export type AgentMessage =
  | { readonly kind: "register"; readonly id: number; readonly version: string }
  | { readonly kind: "start" }
  | { readonly kind: "terminate" }
  | {
      readonly kind: "export";
      readonly id: number;
      readonly key: string;
      readonly params: readonly string[];
      /** Seconds that the asker waits; undefined: the agent does not say (6.0). */
      readonly timeout: number | undefined;
    }
  | { readonly kind: "configure"; readonly options: OptionNode; readonly timeout: number | undefined }
  | { readonly kind: "validate"; readonly id: number; readonly options: OptionNode }
  /** A whole frame that means nothing here, and why: a fragment. The next one may be understood again. */
  | { readonly kind: "unknown"; readonly reason: string };

export type Severity = "info" | "critical" | "error" | "warning" | "debug";

const SEVERITIES = { info: 0, critical: 1, error: 2, warning: 3, debug: 4 } as const satisfies Record<Severity, number>;

/** What a plugin says. Values are always texts: of a number the agent makes six decimals. */
export type PluginMessage =
  | { readonly kind: "log"; readonly severity: Severity; readonly text: string }
  | {
      readonly kind: "registered";
      readonly id: number;
      readonly name: string;
      /** Key and description in turns. */
      readonly metrics: readonly string[];
    }
  | { readonly kind: "value"; readonly id: number; readonly text: string }
  | { readonly kind: "error"; readonly id: number; readonly reason: string }
  | { readonly kind: "valid"; readonly id: number; readonly reason: string | undefined };

/** It exports values (1), wants options (2), and is told when to start (4). */
const INTERFACES = 1 | 2 | 4;

export function encodePluginMessage(message: PluginMessage): Buffer {
  const json = Buffer.from(JSON.stringify(bodyOf(message)));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(JSON_FRAME, 0);
  header.writeUInt32LE(json.length, 4);
  return Buffer.concat([header, json]);
}

function bodyOf(message: PluginMessage): object {
  switch (message.kind) {
    case "log":
      return { id: 0, type: 1, severity: SEVERITIES[message.severity], message: message.text };
    case "registered":
      return { id: message.id, type: 3, name: message.name, metrics: message.metrics, interfaces: INTERFACES };
    case "value":
      return { id: message.id, type: 7, value: message.text };
    case "error":
      return { id: message.id, type: 7, error: message.reason };
    case "valid":
      return { id: message.id, type: 10, ...(message.reason === undefined ? {} : { error: message.reason }) };
  }
}

/** Cuts what arrives into messages. */
export class AgentMessageDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes without which the frame that has begun is not whole. */
  #needed = HEADER_BYTES;

  /** All messages that are whole now, in order; malformed, with a fragment: these bytes are no frames, all is lost. */
  push(chunk: Buffer): Parsed<readonly AgentMessage[]> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return ok([]);
    const messages: AgentMessage[] = [];
    let rest = Buffer.concat(this.#chunks);
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readUInt32LE(4);
      if (length > MOST_BYTES) return malformed(`expected a frame of at most ${MOST_BYTES} bytes, found ${length}`);
      this.#needed = HEADER_BYTES + length;
      if (rest.length < this.#needed) break;
      messages.push(decode(rest.readUInt32LE(0), rest.toString("utf8", HEADER_BYTES, this.#needed)));
      rest = rest.subarray(this.#needed);
      this.#needed = HEADER_BYTES;
    }
    this.#chunks = [rest];
    this.#bytes = rest.length;
    return ok(messages);
  }
}

function decode(type: number, body: string): AgentMessage {
  if (type !== JSON_FRAME) return unknown(`expected a frame of type ${JSON_FRAME}, found type ${type}`);
  const json = parseJson(body);
  if (isObject(json)) return messageOf(json);
  return unknown(`expected a JSON object in a frame, found ${JSON.stringify(body.slice(0, 40))}`);
}

/** Fields of a wrong type count as missing: the answer then names what is wrong. */
function messageOf(body: JsonObject): AgentMessage {
  const id = numberOf(body["id"]) ?? 0;
  switch (body["type"]) {
    case 2:
      return { kind: "register", id, version: textOf(body["version"]) };
    case 4:
      return { kind: "start" };
    case 5:
      return { kind: "terminate" };
    case 6:
      return { kind: "export", id, ...exported(body) };
    case 8:
      return { kind: "configure", options: optionsOf(body), timeout: globalTimeout(body["global_options"]) };
    case 9:
      return { kind: "validate", id, options: optionsOf(body) };
    default:
      return unknown(`expected a message of type 2, 4, 5, 6, 8 or 9, found type ${JSON.stringify(body["type"])}`);
  }
}

function unknown(reason: string): AgentMessage {
  return { kind: "unknown", reason };
}

function exported(body: JsonObject) {
  const params = body["parameters"];
  return {
    key: textOf(body["key"]),
    params: Array.isArray(params) ? params.map(textOf) : [],
    timeout: numberOf(body["timeout"]),
  };
}

function optionsOf(body: JsonObject): OptionNode {
  return optionNode(body["private_options"], 0);
}

function optionNode(json: unknown, depth: number): OptionNode {
  if (!isObject(json) || depth > DEEPEST) return {};
  const { Name, Value, Line, Nodes } = json;
  return {
    ...(typeof Name === "string" ? { Name } : {}),
    ...(typeof Value === "string" ? { Value } : {}),
    ...(typeof Line === "number" ? { Line } : {}),
    ...(Array.isArray(Nodes) ? { Nodes: Nodes.map((node) => optionNode(node, depth + 1)) } : {}),
  };
}

function globalTimeout(options: unknown): number | undefined {
  return isObject(options) ? numberOf(options["Timeout"]) : undefined;
}

function numberOf(json: unknown): number | undefined {
  return typeof json === "number" && Number.isFinite(json) ? json : undefined;
}

function textOf(json: unknown): string {
  return typeof json === "string" ? json : "";
}
