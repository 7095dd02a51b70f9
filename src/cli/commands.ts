import type { Parsed } from "../ring/answer.ts";
import { sentence } from "../words/sentence.ts";
import { type CommandLine, type OptionName, parseCommandLine } from "./arguments.ts";
import { doctor } from "./doctor.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { forgetTarget, type Look, look } from "./look.ts";
import type { Output } from "./output.ts";
import { printLine, statusLines } from "./report.ts";
import { endWithInput, run, runDemo } from "./run.ts";
import { send } from "./send.ts";
import { readSettings, type Settings } from "./settings.ts";
import { VERSION } from "./version.ts";

interface Command {
  readonly usage: string;
  readonly doc: string;
  readonly options: readonly OptionName[];
  /** How many operands it takes, at least and at most. */
  readonly operands: readonly [number, number];
  run(line: CommandLine, output: Output): Promise<ExitCode>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    usage: "run [-c FILE] [--demo] [--attached]",
    doc: "Run the bridge in the foreground. --demo: with a memcached and a little load of its own. --attached: until standard input ends, asked at the control socket only.",
    options: ["config", "demo", "attached"],
    operands: [0, 0],
    run: ({ config, demo, attached }, output) => {
      if (attached) endWithInput();
      return demo ? runDemo(output) : run(config, attached, output);
    },
  },
  get: {
    usage: "get [-c FILE] KEY...",
    doc: "Print the value of each item key, as Zabbix would get it.",
    options: ["config"],
    operands: [1, Number.POSITIVE_INFINITY],
    run: ({ config, operands }, output) => looking(config, output, (asked) => get(asked, operands, output)),
  },
  print: {
    usage: "print [-c FILE]",
    doc: "Print all item keys with their values, like zabbix_agentd -p.",
    options: ["config"],
    operands: [0, 0],
    run: ({ config }, output) =>
      looking(config, output, async (asked) => shown(await asked.print(), (calls) => calls.map(printLine), output)),
  },
  status: {
    usage: "status [-c FILE]",
    doc: "Show one table of everything that is watched.",
    options: ["config"],
    operands: [0, 0],
    run: ({ config }, output) =>
      looking(config, output, async (asked) => shown(await asked.status(), statusLines, output)),
  },
  doctor: {
    usage: "doctor [-c FILE] [--agent-conf FILE]",
    doc: "List what cannot be read and the command that mends it. --agent-conf: what in an agent's file clashes with our keys.",
    options: ["config", "agent-conf"],
    operands: [0, 0],
    run: ({ config, agentConf }, output) =>
      looking(config, output, async (asked) => {
        const looked = await doctor(asked, agentConf, output);
        return looked.kind === "ok" ? looked.value : failed(looked.reason, output);
      }),
  },
  check: {
    usage: "check [-c FILE]",
    doc: "Check the configuration without starting.",
    options: ["config"],
    operands: [0, 0],
    run: async ({ config }, output) =>
      withSettings(config, output, async (settings) => {
        output.line(
          settings.path === undefined ? "No configuration file: the defaults hold." : `${settings.path} is valid.`,
        );
        return EXIT.yes;
      }),
  },
  send: {
    usage: "send -z SERVER[:PORT] [-s HOST] [-c FILE] {KEY... | -i FILE [-T [-N]]}",
    doc: "Send values to trapper items: those of item keys, or lines in the form of zabbix_sender (- for standard input).",
    options: ["config", "zabbix-server", "host", "input-file", "with-timestamps", "with-ns"],
    operands: [0, Number.POSITIVE_INFINITY],
    run: (line, output) => withSettings(line.config, output, (settings) => send(settings, line, output)),
  },
  forget: {
    usage: "forget [-c FILE] TARGET",
    doc: "Drop a discovered target that is gone for good.",
    options: ["config"],
    operands: [1, 1],
    run: ({ config, operands }, output) =>
      withSettings(config, output, (settings) => forget(settings, operands[0] ?? "", output)),
  },
};

/** Runs one command line; `args` without the program's name. */
export async function main(args: readonly string[], output: Output): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") {
    output.line(`tidemark ${VERSION}`);
    return EXIT.yes;
  }
  if (name === "--help" || name === "-h") {
    output.line(HELP);
    return EXIT.yes;
  }
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined)
    return wrong(name === undefined ? "no command given" : `unknown command "${name}"`, output);
  const line = parseCommandLine(rest, command.options);
  if (line.kind === "malformed") return wrong(line.reason, output);
  const [least, most] = command.operands;
  const count = line.value.operands.length;
  if (count < least || count > most) return wrong(`usage: tidemark ${command.usage}`, output);
  return command.run(line.value, output);
}

const HELP = [
  "tidemark: a monitoring bridge for Zabbix",
  "",
  ...Object.values(COMMANDS).flatMap(({ usage, doc }) => [`  tidemark ${usage}`, `      ${doc}`]),
  "  tidemark --version | --help",
  "",
  "Without -c, /etc/tidemark/tidemark.conf is read when it is there; else every directive has its default.",
  "Exit codes: 0 yes, 1 no, 100 wrong usage or configuration, 111 temporary failure.",
].join("\n");

function wrong(what: string, output: Output): ExitCode {
  output.error(`tidemark: ${what}; tidemark --help lists the commands`);
  return EXIT.wrong;
}

async function withSettings(
  config: string | undefined,
  output: Output,
  next: (settings: Settings) => Promise<ExitCode>,
): Promise<ExitCode> {
  const settings = readSettings(config);
  if (settings.kind === "ok") return next(settings.value);
  output.error(settings.reason);
  return EXIT.wrong;
}

function looking(
  config: string | undefined,
  output: Output,
  next: (asked: Look) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withSettings(config, output, async (settings) => {
    const asked = await look(settings, output);
    try {
      return await next(asked);
    } finally {
      await asked.close();
    }
  });
}

function shown<T>(answer: Parsed<T>, lines: (value: T) => readonly string[], output: Output): ExitCode {
  if (answer.kind === "malformed") return failed(answer.reason, output);
  for (const line of lines(answer.value)) output.line(line);
  return EXIT.yes;
}

function failed(reason: string, output: Output): ExitCode {
  output.error(`tidemark: ${sentence(reason)}`);
  return EXIT.failed;
}

/** Values to standard output, reasons to standard error; yes only when every key has a value. */
async function get(asked: Look, keys: readonly string[], output: Output): Promise<ExitCode> {
  const replies = await asked.get(keys);
  if (replies.kind === "malformed") return failed(replies.reason, output);
  for (const [at, reply] of replies.value.entries()) {
    if (reply.kind === "value") output.line(reply.text);
    else
      output.error(`tidemark: ${keys[at]}: ${reply.kind === "none" ? "no value" : "not supported"}: ${reply.reason}`);
  }
  return replies.value.every(({ kind }) => kind === "value") ? EXIT.yes : EXIT.no;
}

async function forget(settings: Settings, target: string, output: Output): Promise<ExitCode> {
  const forgotten = await forgetTarget(settings, target);
  if (forgotten.kind === "malformed") return failed(forgotten.reason, output);
  output.line(
    forgotten.value
      ? `Forgot "${target}".`
      : `No discovered target "${target}"; configured ones are dropped in the configuration.`,
  );
  return forgotten.value ? EXIT.yes : EXIT.no;
}
