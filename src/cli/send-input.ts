import { createReadStream } from "node:fs";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";
import type { SenderRow } from "../zabbix/sender.ts";
import { parseSenderLine, type SenderInputOptions } from "../zabbix/sender-input.ts";

/** The rows of an input file, `-` for standard input. The first fault ends them; it names the line. */
export async function* inputRows(path: string, options: SenderInputOptions): AsyncGenerator<Parsed<SenderRow>> {
  let number = 0;
  try {
    for await (const line of lines(path === "-" ? process.stdin : createReadStream(path))) {
      number++;
      const row = parseSenderLine(line, options);
      yield row.kind === "ok" ? ok(row.value) : malformed(`[line ${number}] ${row.reason}`);
    }
  } catch (error) {
    yield malformed(`cannot read "${path}": ${errorText(error)}`);
  }
}

/** Ended by line feeds only: a carriage return may be part of a value. */
async function* lines(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const [first = "", ...others] = String(chunk).split("\n");
    rest += first;
    for (const next of others) {
      yield rest;
      rest = next;
    }
  }
  if (rest !== "") yield rest;
}
