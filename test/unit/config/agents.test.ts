import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/apply.ts";
import { CORE } from "../../../src/config/core.ts";
import { memoryFiles } from "./memory-files.ts";

/** What zabbix_agentd and zabbix_agent2 (6.0, 7.0) did with a configuration; null: the file did not exist. */
interface Case {
  readonly name: string;
  readonly config: string | null;
  readonly agents: Readonly<Record<string, { readonly exitCode: number; readonly stderr?: string }>>;
}

const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL("../../vectors/config-and-cli.json", import.meta.url), "utf8"),
);

const OTHER_FILES = { "/etc/agent.d/a.conf": "", "/etc/agent.d/b.conf": "", "/t/inc/a.conf": "" };

/** The file alone is meant, and it begins with LogType, which tidemark refuses: a comment in its place keeps the lines. */
function load(config: string): ReturnType<typeof loadConfig<typeof CORE>> {
  const bytes = Buffer.from(config.replace(/^LogType=/, "#"), config.includes("ÿ") ? "latin1" : "utf8");
  const files = memoryFiles({ ...OTHER_FILES, "/t/agent.conf": bytes });
  return loadConfig("/t/agent.conf", { core: CORE, sections: [] }, files);
}

/** Where agents differ among themselves, or tidemark from all of them. */
const OURS: Readonly<Record<string, "ok" | "refused">> = {
  "Timeout=3s": "ok", // agent 2 knows time suffixes, agentd does not
  "ListenPort=80": "ok", // agents keep to 1024-32767
  "ListenPort=32768": "ok",
  "quoted hostname": "refused", // as agent 2: no server takes such a name
  "Hostname bad char": "refused",
  "Hostname 129 chars": "refused",
  "Hostname list": "refused", // tidemark is one host
  "duplicate Hostname": "refused", // the last one counts for agents
  "Include relative": "ok", // agentd 6.0 refuses it
  "RefreshActiveChecks=59": "ok", // 7.0 takes one second and more, 6.0 does not
  "RefreshActiveChecks=29": "ok",
  "HeartbeatFrequency=0": "ok", // new in 7.0
  "ServerActive dup": "ok", // addresses are parsed where they are used
  "ServerActive bad port": "ok",
  "Alias no colon": "ok", // keys are parsed where they are used
  "Alias dup": "ok",
};

/** Directives that tidemark does not have, but the agents. */
const FOREIGN = /^(UserParameter|HostnameItem|BufferSize|StartAgents|PidFile)=/m;

/** The long line is shortened in the captures; "non-utf8" fails before its directive is looked at. */
const withFile = cases.filter(({ name, config }) => config !== null && name !== "line 2049+");
const foreign = withFile.filter(({ config }) => FOREIGN.test(config ?? ""));
const familiar = withFile.filter((one) => !foreign.includes(one));

describe("what real agents accept and refuse", () => {
  test.each(familiar)("$name", ({ name, config, agents }) => {
    const verdicts = new Set(Object.values(agents).map((agent) => aboutTheFile(agent)));
    const ours = OURS[name];
    expect(ours === undefined ? verdicts.size : 1).toBe(1);
    const loaded = load(config ?? "");
    expect([loaded.kind]).toEqual(ours === undefined ? [...verdicts] : [ours]);
    if (loaded.kind === "refused") expect(loaded.problems).toMatchObject([{ line: expect.any(Number) }]);
  });

  test("the exceptions are exceptions", () => {
    for (const [name, ours] of Object.entries(OURS)) {
      const verdicts = Object.values(cases.find((one) => one.name === name)?.agents ?? {}).map(aboutTheFile);
      expect(verdicts.some((verdict) => verdict !== ours)).toBe(true);
    }
  });

  test("the faulty line is named as agentd names it", () => {
    for (const { config, agents } of familiar) {
      const line = /line (\d+)/.exec(agents["zabbix_agentd 7.0.29"]?.stderr ?? "")?.[1];
      const loaded = load(config ?? "");
      if (line === undefined || loaded.kind === "ok") continue;
      expect(loaded.problems.map((problem) => String(problem.line))).toEqual([line]);
    }
  });

  test.each(foreign)("directive of agents only: $name", ({ config }) => {
    const loaded = load(config ?? "");
    const texts = loaded.kind === "refused" ? loaded.problems.map(({ text }) => text) : [];
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toContain("is a directive of Zabbix agents only: ");
  });
});

/** Faults of the command line alone do not name a configuration parameter, file or include. */
function aboutTheFile({
  exitCode,
  stderr = "",
}: {
  readonly exitCode: number;
  readonly stderr?: string;
}): "ok" | "refused" {
  const usage = /option|invalid parameter "extra"|flag provided|remote command/.test(stderr);
  return exitCode === 0 || usage ? "ok" : "refused";
}
