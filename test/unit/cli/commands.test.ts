import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli/commands.ts";

/** Runs a command line that starts nothing; gives exit code and what was written. */
async function ran(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, { line: (text) => void out.push(text), error: (text) => void err.push(text) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("wrong usage is exit code 100 and a line that names it", () => {
  const cases = [
    { args: [], err: "tidemark: no command given; tidemark --help lists the commands" },
    { args: ["stats"], err: 'tidemark: unknown command "stats"; tidemark --help lists the commands' },
    { args: ["get"], err: "tidemark: usage: tidemark get [-c FILE] KEY...; tidemark --help lists the commands" },
    { args: ["print", "x"], err: "tidemark: usage: tidemark print [-c FILE]; tidemark --help lists the commands" },
    {
      args: ["forget", "a", "b"],
      err: "tidemark: usage: tidemark forget [-c FILE] TARGET; tidemark --help lists the commands",
    },
  ];
  for (const { args, err } of cases) {
    test(args.join(" ") || "(nothing)", async () => expect(await ran(...args)).toEqual({ code: 100, out: "", err }));
  }

  test("an option of another command", async () => {
    const { code, err } = await ran("get", "--demo", "agent.ping");
    expect(code).toBe(100);
    expect(err).toMatch(/^tidemark: Unknown option '--demo'/);
  });

  test("a configuration that is not there", async () => {
    const { code, err } = await ran("check", "-c", "/nowhere/tidemark.conf");
    expect(code).toBe(100);
    expect(err).toBe("/nowhere/tidemark.conf: cannot read the configuration: no such file or directory");
  });
});

test("--version and --help are answered on standard output", async () => {
  expect((await ran("--version")).out).toMatch(/^tidemark \d+\.\d+\.\d+$/);
  const help = await ran("--help");
  expect([help.code, help.err]).toEqual([0, ""]);
  for (const command of ["run", "get", "print", "status", "check", "forget"])
    expect(help.out).toContain(`tidemark ${command}`);
});
