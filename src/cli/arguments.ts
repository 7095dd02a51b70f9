import { parseArgs } from "node:util";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";

/** A command line after the command's name. */
export interface CommandLine {
  /** `-c FILE`. */
  readonly config: string | undefined;
  readonly demo: boolean;
  /** Ends when standard input does: for a parent that must leave nothing behind. */
  readonly attached: boolean;
  /** `--agent-conf FILE`. */
  readonly agentConf: string | undefined;
  /** What `send` takes, under the names of zabbix_sender. */
  readonly server: string | undefined;
  readonly host: string | undefined;
  readonly inputFile: string | undefined;
  readonly withTimestamps: boolean;
  readonly withNs: boolean;
  readonly operands: readonly string[];
}

const OPTIONS = {
  config: { type: "string", short: "c" },
  demo: { type: "boolean" },
  attached: { type: "boolean" },
  "agent-conf": { type: "string" },
  "zabbix-server": { type: "string", short: "z" },
  host: { type: "string", short: "s" },
  "input-file": { type: "string", short: "i" },
  "with-timestamps": { type: "boolean", short: "T" },
  "with-ns": { type: "boolean", short: "N" },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Parses options and operands; malformed names what was not understood. `allowed`: options that the command takes. */
export function parseCommandLine(args: readonly string[], allowed: readonly OptionName[]): Parsed<CommandLine> {
  try {
    const options = Object.fromEntries(allowed.map((name) => [name, OPTIONS[name]]));
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const textOf = (name: OptionName) => (typeof values[name] === "string" ? values[name] : undefined);
    return ok({
      config: textOf("config"),
      demo: values["demo"] === true,
      attached: values["attached"] === true,
      agentConf: textOf("agent-conf"),
      server: textOf("zabbix-server"),
      host: textOf("host"),
      inputFile: textOf("input-file"),
      withTimestamps: values["with-timestamps"] === true,
      withNs: values["with-ns"] === true,
      operands: positionals,
    });
  } catch (error) {
    return malformed(errorText(error));
  }
}
