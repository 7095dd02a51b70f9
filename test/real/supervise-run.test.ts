import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { copyOfBundle, nobodyRunsNode } from "./nobody.ts";
import { isSkipped, run, start } from "./start.ts";
import { waitFor } from "./wait.ts";

const SUPERVISE = fileURLToPath(new URL("../../supervise/", import.meta.url));
const PARTS = ["run", "finish", "notification-fd", "log/run"];
const host = address(import.meta.url);

/** A scan directory with our service directory in it, as it is but for the user and the places. */
class Scan {
  readonly bench: Bench;
  readonly directory: string;
  readonly service: string;
  readonly #bin: string;

  private constructor(bench: Bench) {
    this.bench = bench;
    this.directory = join(bench.directory, "service");
    this.service = join(this.directory, "tidemark");
    this.#bin = join(bench.directory, "bin");
  }

  static async make(): Promise<Scan> {
    const scan = new Scan(await Bench.at(host));
    const { bench, directory, service } = scan;
    bench.configure([
      `Supervise.Directories=${directory}`,
      `LogDir.own.Path=${join(bench.directory, "log")}`,
      "Memcached.Discover=no",
    ]);
    for (const part of PARTS) scan.#install(part, join(service, part));
    scan.#putProgram();
    await run("chmod", ["-R", "a+rX", bench.directory]);
    return scan;
  }

  get log(): string {
    return readFileSync(join(this.bench.directory, "log/current"), "utf8");
  }

  /** Starts the supervisor of all services, with `tidemark` in its path. */
  async supervise(program: string, ...args: readonly string[]): Promise<void> {
    const PATH = `${this.#bin}:${process.env["PATH"]}`;
    const ready = async () => (await this.bench.ask("agent.ping")).value === "1";
    await start(program, [...args, this.directory], { env: { PATH }, ready });
  }

  #install(part: string, to: string): void {
    const { run: runDirectory, state, directory } = this.bench;
    const text = readFileSync(join(SUPERVISE, part), "utf8")
      .replaceAll("/run/tidemark", runDirectory)
      .replaceAll("/var/lib/tidemark", state)
      .replaceAll("/var/log/tidemark", join(directory, "log"))
      .replace("user=tidemark", "user=nobody");
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(SUPERVISE, part), to);
    writeFileSync(to, text);
  }

  #putProgram(): void {
    const program = join(this.#bin, "tidemark");
    mkdirSync(this.#bin);
    const script = copyOfBundle(this.bench.directory);
    writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${script} "$@" -c ${this.bench.config}\n`);
    chmodSync(program, 0o755);
  }
}

/** What tidemark says of the service that it is. */
async function watchesItself({ bench }: Scan): Promise<void> {
  await bench.until("supervise.state[tidemark]", "1");
  await bench.until("supervise.log.state[tidemark]", "1");
  await waitFor(async () => (await bench.number("logdir.age[own]")) >= 0, { what: "the age of its own log" });
  expect(await bench.get("logdir.state[own]")).toBe("1");
}

/** What the supervisor sends ends it cleanly, and another one follows. */
async function restarts(scan: Scan, program: string, ...args: readonly string[]): Promise<void> {
  const pid = await scan.bench.get("supervise.pid[tidemark]");
  await run(program, [...args, scan.service]);
  await waitFor(() => scan.log.includes("Stopped."), { what: "its last line in the log" });
  const isAnother = async () => (await scan.bench.get("supervise.pid[tidemark]")) !== pid;
  await waitFor(isAnother, { what: "the next one" });
}

async function breakConfiguration({ bench }: Scan): Promise<void> {
  await run("sh", ["-c", `echo NoSuchDirective=1 >>${bench.config}`]);
}

describe.skipIf(!nobodyRunsNode)("the run script (needs root)", () => {
  test.skipIf(isSkipped("svscan"))("under daemontools, with multilog", async () => {
    const scan = await Scan.make();
    await scan.supervise("svscan");
    await watchesItself(scan);
    expect(scan.log).toMatch(/^@[0-9a-f]{24} tidemark \d/m);
    await restarts(scan, "svc", "-t");
    await watchesItself(scan);
  });

  test.skipIf(isSkipped("runsvdir"))("under runit, with svlogd; a wrong configuration puts it down", async () => {
    const scan = await Scan.make();
    await scan.supervise("runsvdir", "-P");
    await watchesItself(scan);
    expect(scan.log).toMatch(/^\d{4}-\d\d-\d\d_[\d:.]+ tidemark \d/m);
    await restarts(scan, "sv", "term");
    await breakConfiguration(scan);
    await run("sv", ["term", scan.service]);
    const status = async () => (await run("sv", ["status", scan.service])).stdout;
    await waitFor(async () => /^down: [^;]*, normally up; run: log/.test(await status()), { what: "it to be down" });
  });

  test.skipIf(isSkipped("s6-svscan"))("under s6, with s6-log; it says when it is ready", async () => {
    const scan = await Scan.make();
    await scan.supervise("s6-svscan");
    await watchesItself(scan);
    expect(scan.log).toMatch(/^@[0-9a-f]{24} tidemark \d/m);
    expect((await run("s6-svstat", ["-o", "up,ready", scan.service])).stdout).toBe("true true\n");
    await restarts(scan, "s6-svc", "-r");
    expect(scan.log).not.toContain("service manager"); // which has heard what it wanted, and listens no more
    await breakConfiguration(scan);
    await run("s6-svc", ["-r", scan.service]);
    const state = async () => (await run("s6-svstat", ["-o", "up,wantedup,exitcode", scan.service])).stdout;
    await waitFor(async () => (await state()) === "false false 100\n", { what: "it to be down for good" });
  });
});
