import type { HostPort } from "../io/endpoint.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { parseServerActive } from "../transports/active/server-active.ts";
import { instantOf } from "../zabbix/instant.ts";
import type { SenderRow } from "../zabbix/sender.ts";
import type { CommandLine } from "./arguments.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { look } from "./look.ts";
import type { Output } from "./output.ts";
import { inputRows } from "./send-input.ts";
import { Sender } from "./sender.ts";
import type { Settings } from "./settings.ts";

export interface SendRequest {
  readonly nodes: readonly [HostPort, ...HostPort[]];
  /** Whose the item keys are. */
  readonly host: string;
}

/** `tidemark send`: once, the values of keys or the rows of an input file. */
export async function send(settings: Settings, line: CommandLine, output: Output): Promise<ExitCode> {
  const wanted = sendRequest(line, settings.core.Hostname);
  if (wanted.kind === "malformed") {
    output.error(`tidemark: ${wanted.reason}; tidemark --help lists the commands`);
    return EXIT.wrong;
  }
  const { nodes, host } = wanted.value;
  const timestamps = line.inputFile === undefined || line.withTimestamps;
  const sender = new Sender({ nodes, tls: settings.tls.connect, timestamps, output });
  if (line.inputFile === undefined) return sendKeys(sender, { settings, keys: line.operands, host, output });
  const options = { host: line.host, timestamps: line.withTimestamps, nanoseconds: line.withNs };
  return sender.send(inputRows(line.inputFile, options));
}

/** What a command line wants to be sent, and where; malformed when it does not fit together. */
export function sendRequest(line: Omit<CommandLine, "config">, hostname: string | undefined): Parsed<SendRequest> {
  const { server, host, inputFile, withTimestamps, withNs, operands } = line;
  if (server === undefined) return malformed("send needs -z, the server");
  const servers = parseServerActive([server]);
  if (servers.kind === "malformed") return malformed(`-z ${servers.reason}`);
  const nodes = servers.value[0]?.nodes;
  if (nodes === undefined) return malformed("send needs -z, the server");
  if ((inputFile === undefined) === (operands.length === 0))
    return malformed("send needs item keys, or a file with -i");
  if (inputFile === undefined && withTimestamps) return malformed("-T and -N belong to an input file");
  if (withNs && !withTimestamps) return malformed("-N needs -T");
  const named = host ?? hostname;
  if (inputFile === undefined && named === undefined) return malformed("send needs -s, the host, or Hostname");
  return ok({ nodes, host: named ?? "" });
}

interface KeysToSend {
  readonly settings: Settings;
  readonly keys: readonly string[];
  readonly host: string;
  readonly output: Output;
}

/** With the times of their samples. Keys without a value are told and left out, and make the exit code 2. */
async function sendKeys(sender: Sender, { settings, keys, host, output }: KeysToSend): Promise<ExitCode> {
  const asked = await look(settings, output);
  const replies = await asked.get(keys);
  await asked.close();
  if (replies.kind === "malformed") {
    output.error(`tidemark: ${replies.reason}`);
    return EXIT.failed;
  }
  const rows = replies.value.flatMap((reply, at): readonly SenderRow[] => {
    const key = keys[at] ?? "";
    if (reply.kind === "value") return [{ host, key, value: reply.text, ...instantOf(reply.clock) }];
    output.error(`tidemark: ${key}: ${reply.kind === "none" ? "no value" : "not supported"}: ${reply.reason}`);
    return [];
  });
  const code = await sender.send(each(rows), keys.length - rows.length);
  return code === EXIT.yes && rows.length < keys.length ? EXIT.partly : code;
}

async function* each(rows: readonly SenderRow[]): AsyncGenerator<Parsed<SenderRow>> {
  for (const row of rows) yield ok(row);
}
