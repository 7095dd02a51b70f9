import { malformed, ok, type Parsed } from "../ring/answer.ts";

// Agent 2's protocol with its loadable plugins, the same in 6.0 and 7.0:
//
// frame := type:u32le (1: JSON)  length:u32le  json[length]
// json  := {"id":number,"type":number,...}        answers repeat the id of their request; log messages have id 0

const HEADER_BYTES = 8;
const JSON_FRAME = 1;
/** The agent states no limit; its requests are small, options the largest of them. */
const MOST_BYTES = 16 << 20;

/** A parameter of `Plugins.<Name>` with its children; a value is base64. */
export interface OptionNode {
  readonly Name?: string;
  readonly Value?: string;
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
  /** A type that this version does not know: ignored. */
  | { readonly kind: "other"; readonly id: number; readonly type: number };

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

/** Cuts what arrives into messages. After a malformed frame nothing further can be understood. */
export class AgentMessageDecoder {
  #rest: Buffer = Buffer.alloc(0);

  /** All messages that are whole now, in order; malformed: a fragment about the first frame that is wrong. */
  push(chunk: Buffer): Parsed<readonly AgentMessage[]> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: AgentMessage[] = [];
    while (this.#rest.length >= HEADER_BYTES) {
      const type = this.#rest.readUInt32LE(0);
      const length = this.#rest.readUInt32LE(4);
      if (type !== JSON_FRAME) return malformed(`expected a frame of type ${JSON_FRAME}, found type ${type}`);
      if (length > MOST_BYTES) return malformed(`expected a frame of at most ${MOST_BYTES} bytes, found ${length}`);
      if (this.#rest.length < HEADER_BYTES + length) break;
      const message = parse(this.#rest.toString("utf8", HEADER_BYTES, HEADER_BYTES + length));
      if (message.kind === "malformed") return message;
      this.#rest = this.#rest.subarray(HEADER_BYTES + length);
      messages.push(message.value);
    }
    return ok(messages);
  }
}

function parse(json: string): Parsed<AgentMessage> {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    return malformed(`expected JSON in a frame, found ${JSON.stringify(json.slice(0, 40))}`);
  }
  if (!isObject(body)) return malformed("expected a JSON object in a frame");
  return ok(messageOf(body));
}

type Body = Readonly<Record<string, unknown>>;

/** Fields of a wrong type count as missing: the answer then names what is wrong. */
function messageOf(body: Body): AgentMessage {
  const id = numberOf(body["id"]) ?? 0;
  const type = numberOf(body["type"]) ?? 0;
  switch (type) {
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
      return { kind: "other", id, type };
  }
}

function exported(body: Body) {
  const params = body["parameters"];
  return {
    key: textOf(body["key"]),
    params: Array.isArray(params) ? params.map(textOf) : [],
    timeout: numberOf(body["timeout"]),
  };
}

/** The tree is read with care where it is used. */
function optionsOf(body: Body): OptionNode {
  const options = body["private_options"];
  return isObject(options) ? options : {};
}

function globalTimeout(options: unknown): number | undefined {
  return isObject(options) ? numberOf(options["Timeout"]) : undefined;
}

function isObject(json: unknown): json is Body {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function numberOf(json: unknown): number | undefined {
  return typeof json === "number" && Number.isFinite(json) ? json : undefined;
}

function textOf(json: unknown): string {
  return typeof json === "string" ? json : "";
}
