import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import type { Program } from "./program.ts";
import { bundle, run, runTidemark } from "./start.ts";

const host = address(import.meta.url);
const ALONE =
  /^tidemark: No tidemark answers at ".*\/tidemark\.sock": .* Taking one sample here instead, with the history of the journal\.\n/;

let bench: Bench;
let daemon: Program;

beforeAll(async () => {
  bench = await Bench.at(host);
  const [up, down] = [await freePort(host), await freePort(host)];
  await startMemcached({ host, port: up });
  bench.configure([`Memcached.up.Uri=tcp://${host}:${up}`, `Memcached.down.Uri=tcp://${host}:${down}`]);
});

/** A daemon that knows an increase, in its journal, too. */
async function startDaemon(): Promise<void> {
  daemon = await bench.start();
  await bench.until("memcached.delta[up,cmd_get,1s]", "0");
}

describe("with a daemon", () => {
  beforeAll(startDaemon);
  afterAll(() => daemon.end());

  const gets = [
    { keys: ["memcached.state[up]"], status: 0, stdout: "1\n", stderr: "" },
    {
      keys: ["agent.ping", "memcached.state[down]", "memcached.stat[up,threads]"],
      status: 0,
      stdout: "1\n0\n4\n",
      stderr: "",
    },
    {
      keys: ["memcached.sate[up]", "agent.ping"],
      status: 1,
      stdout: "1\n",
      stderr:
        'tidemark: memcached.sate[up]: not supported: Unsupported item key "memcached.sate"; did you mean "memcached.state"?\n',
    },
    {
      keys: ["memcached.ttl.min[up]"],
      status: 1,
      stdout: "",
      stderr: "tidemark: memcached.ttl.min[up]: no value: No slab class is under pressure.\n",
    },
    {
      keys: [],
      status: 100,
      stdout: "",
      stderr: "tidemark: usage: tidemark get [-c FILE] KEY...; tidemark --help lists the commands\n",
    },
  ];
  for (const { keys, ...want } of gets) {
    test(`get ${keys.join(" ")}`, async () => {
      expect(await bench.command("get", ...keys)).toEqual({ ...want, signal: null });
    });
  }

  test("print shows every key once, each with a value or a whole sentence", async () => {
    const { status, stdout, stderr } = await bench.command("print");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    for (const line of lines)
      expect(line).toMatch(/^\S+ +(\[[udst]\|.*\]|\[m\|(no value|ZBX_NOTSUPPORTED)\] \[[A-Z0-9"].*[^.]\.\])$/);
    const keys = lines.map((line) => line.split(" ")[0]);
    expect(keys).toEqual([...new Set(keys)]);
    expect(keys).toContain("memcached.hit_ratio[up,1m]");
  });

  test("status shows all instances, and why one is not up", async () => {
    const { status, stdout, stderr } = await bench.command("status");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^up +up( +-){5} +\d+ +- +\d s$/m);
    expect(stdout).toMatch(/^down +down .* connection refused by 127\.\S+$/m);
  });

  test("output into a pipe that is closed early is no error", async () => {
    const script = 'set -o pipefail; "$1" "$2" print -c "$3" | head -1; echo $?';
    const { stdout, stderr } = await run("bash", ["-c", script, "bash", process.execPath, bundle(), bench.config]);
    expect(stdout).toMatch(/^memcached\.\S+ .*\n0\n$/);
    expect(stderr).toBe("");
  });

  test("forget knows no configured instance", async () => {
    const { status, stdout } = await bench.command("forget", "up");
    expect(stdout).toBe('No discovered target "up"; configured ones are dropped in the configuration.\n');
    expect(status).toBe(1);
  });

  test("a second daemon on the same port is refused for a while", async () => {
    const { status, stdout, stderr } = await bench.command("run");
    expect({ status, stdout }).toEqual({ status: 111, stdout: "" });
    expect(stderr).toMatch(/<3>Cannot start: cannot listen on .*: another program has the port, .*\.\n$/);
  });
});

describe("without a daemon", () => {
  beforeAll(async () => {
    await startDaemon();
    await daemon.end();
  });

  test("get replays the journal, takes one sample, and says so", async () => {
    const { status, stdout, stderr } = await bench.command(
      "get",
      "memcached.state[up]",
      "memcached.delta[up,cmd_get,1s]",
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: "1\n0\n" });
    expect(stderr.replace(ALONE, "")).toBe("");
  });

  test("print and status do as well", async () => {
    const printed = await bench.command("print");
    expect(printed.stdout).toMatch(/^memcached\.state\[down\] +\[u\|0\]$/m);
    expect(printed.stderr).toMatch(ALONE);
    const shown = await bench.command("status");
    expect(shown.stdout).toMatch(/^up +up /m);
    expect([printed.status, shown.status]).toEqual([0, 0]);
  });

  test("forget fails for the time being", async () => {
    const { status, stdout, stderr } = await bench.command("forget", "up");
    expect({ status, stdout }).toEqual({ status: 111, stdout: "" });
    expect(stderr).toMatch(/^tidemark: No tidemark answers at /);
  });
});

describe("alone", () => {
  test("--version and --help", async () => {
    expect(await runTidemark(["--version"])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^tidemark \d+\.\d+\.\d+\n$/),
    });
    const help = await runTidemark(["--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    for (const command of ["run", "get", "print", "status", "check", "forget"]) {
      expect(help.stdout).toContain(`  tidemark ${command} [-c FILE]`);
    }
  });

  for (const args of [[], ["prnt"], ["get", "--nonsense", "x"], ["check", "extra"]]) {
    test(`wrong usage: ${args.join(" ")}`, async () => {
      const { status, stdout, stderr } = await runTidemark(args);
      expect({ status, stdout }).toEqual({ status: 100, stdout: "" });
      expect(stderr).toMatch(/^tidemark: .*; tidemark --help lists the commands\n$/);
    });
  }
});
