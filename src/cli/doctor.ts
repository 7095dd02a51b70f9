import { diskFiles } from "../config/files.ts";
import { problemText, readConfig } from "../config/reader.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { SOURCES } from "../sources/all.ts";
import type { Finding } from "../sources/source.ts";
import { agentClashes } from "./agent-conf.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { Look } from "./look.ts";
import type { Output } from "./output.ts";
import { findingLines } from "./report.ts";

/**
 * Lists what cannot be read or gets in the way, each with the command that mends it. Yes: there is nothing.
 * @param agentConf configuration file of a Zabbix agent whose UserParameter lines are looked at, too
 */
export async function doctor(asked: Look, agentConf: string | undefined, output: Output): Promise<Parsed<ExitCode>> {
  const status = await asked.status();
  if (status.kind === "malformed") return malformed(status.reason);
  const clashes = agentConf === undefined ? ok([]) : clashesIn(agentConf, output);
  if (clashes.kind === "malformed") return clashes;
  const findings = [...status.value.findings, ...clashes.value];
  for (const line of findingLines(findings)) output.line(line);
  output.line(findings.length === 0 ? "Nothing to mend." : `\n${findings.length} to mend.`);
  return ok(findings.length === 0 ? EXIT.yes : EXIT.no);
}

/** Lines of the agent that we do not understand are the agent's own business; they are named all the same. */
function clashesIn(path: string, output: Output): Parsed<readonly Finding[]> {
  const main = diskFiles.read(path);
  if (main.kind === "malformed") return malformed(`cannot read "${path}": ${main.reason}`);
  const { entries, problems } = readConfig(path, diskFiles);
  for (const problem of problems) output.error(`tidemark: ${problemText(problem)}`);
  return ok(
    agentClashes(
      entries,
      SOURCES.flatMap(({ items }) => items),
    ),
  );
}
