import type { Io } from "../io/io.ts";
import type { Reply } from "../items/registry.ts";
import { errorText } from "../words/error-text.ts";
import { listed, sentence } from "../words/sentence.ts";
import { PROTOCOL_VERSION, VARIANT } from "../zabbix/passive.ts";
import { Pace } from "./pace.ts";

// request := packet of {"request":name, ...}            many on one connection, answered in order
// reply   := packet of what the command of that name returns, or {"error":sentence}
//
// "passive checks" is answered as 7.0 agents do, but for all keys of "data":
//   {"version":text,"variant":2,"data":[{"value":text,"clock":number} / {"value":null,"reason":sentence} / {"error":sentence}, ...]}

/** One request as it came; `request` is its name. */
export type ControlMessage = Readonly<Record<string, unknown>>;

/** Answers one request with what JSON can carry. What it throws becomes `{"error": ...}`. */
export type ControlCommand = (message: ControlMessage) => unknown;

export interface ReplyOptions {
  /** The registry's; a function, since a reload may replace the registry. */
  readonly ask: (key: string) => Reply;
  /** By the name of the request. */
  readonly commands: Readonly<Record<string, ControlCommand>>;
  readonly io: Pick<Io, "now">;
}

/** Makes the body of the reply to the body of a request; never rejects. */
export type ControlReplies = (body: Buffer) => Promise<string>;

/** Replies to "passive checks" and to whatever there are commands for. */
export function controlReplies(options: ReplyOptions): ControlReplies {
  const commands = new Map(Object.entries(options.commands));
  commands.set("passive checks", (message) => passiveChecks(message, options));
  return async (body) => {
    const pace = new Pace(() => options.io.now().mono);
    try {
      return await jsonInTurns(await replyTo(body, commands), pace);
    } catch (error) {
      return JSON.stringify(refusal(errorText(error)));
    }
  };
}

async function replyTo(body: Buffer, commands: ReadonlyMap<string, ControlCommand>): Promise<unknown> {
  const message: unknown = JSON.parse(body.toString("utf8"));
  if (!isMessage(message)) return refusal('expected a JSON object with the text "request"');
  const command = commands.get(message.request);
  if (command !== undefined) return command(message);
  return refusal(`unknown request "${message.request}"; there are ${listed([...commands.keys()])}`);
}

function isMessage(json: unknown): json is ControlMessage & { readonly request: string } {
  return isObject(json) && typeof json["request"] === "string";
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null;
}

function refusal(reason: string): { readonly error: string } {
  return { error: sentence(reason) };
}

async function passiveChecks(message: ControlMessage, { ask, io }: ReplyOptions): Promise<unknown> {
  const asked = message["data"];
  if (!Array.isArray(asked)) return refusal('expected the list "data"');
  const pace = new Pace(() => io.now().mono);
  const data: unknown[] = [];
  for (const one of asked) {
    const key: unknown = isObject(one) ? one["key"] : undefined;
    data.push(typeof key === "string" ? result(ask(key)) : refusal("invalid item key format"));
    await pace.pause();
  }
  return { version: PROTOCOL_VERSION, variant: VARIANT, data };
}

function result(reply: Reply): unknown {
  switch (reply.kind) {
    case "value":
      return { value: reply.text, clock: reply.clock };
    case "none":
      return { value: null, reason: reply.reason };
    case "unknown":
      return { error: reply.reason };
  }
}

/** JSON of a reply; long lists one level down are written element by element, since all keys may make megabytes. */
async function jsonInTurns(reply: unknown, pace: Pace): Promise<string> {
  if (!isObject(reply) || Array.isArray(reply)) return JSON.stringify(reply ?? null);
  const fields: string[] = [];
  for (const [name, field] of Object.entries(reply)) {
    const json = Array.isArray(field) ? await listInTurns(field, pace) : JSON.stringify(field);
    if (json !== undefined) fields.push(`${JSON.stringify(name)}:${json}`);
  }
  return `{${fields.join(",")}}`;
}

async function listInTurns(list: readonly unknown[], pace: Pace): Promise<string> {
  const elements: string[] = [];
  for (const element of list) {
    elements.push(JSON.stringify(element ?? null));
    await pace.pause();
  }
  return `[${elements.join(",")}]`;
}
