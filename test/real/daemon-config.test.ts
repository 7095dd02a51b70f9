import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { bundle, run, temporaryDirectory } from "./start.ts";

const host = address(import.meta.url);
const URI = "Memcached.a.Uri=tcp://127.0.0.1:1";

const refused = [
  {
    name: "an unknown directive",
    lines: [URI, "LisenPort=1"],
    says: ':2: unknown directive "LisenPort". Did you mean "ListenPort"?',
  },
  {
    name: "an unknown directive of an instance",
    lines: ["Memcached.a.Url=tcp://127.0.0.1:1"],
    says: ':1: unknown directive "Memcached.a.Url". Did you mean "Memcached.a.Uri"?',
  },
  {
    name: "a bad value",
    lines: ["", "ListenPort=99999"],
    says: ':2: bad value "99999" for "ListenPort": too large, expected integer 1-65535',
  },
  {
    name: "a missing file",
    lines: [URI, "Include=/nonexistent"],
    says: ':2: cannot include "/nonexistent": no such file or directory',
  },
  { name: "a duplicate name", lines: [URI, URI], says: ':2: "Memcached.a.Uri" is given already at ' },
  {
    name: "an uneven schedule",
    lines: ["Schedule=*/7 * * * *"],
    says: ':1: "Schedule": not evenly spaced: one gap is 420 s, another 240 s',
  },
  {
    name: "a history over RingMemory",
    lines: ["Schedule=* * * * * *", "History=24h", "RingMemory=1M"],
    says: ':3: "RingMemory": the history needs ',
  },
  {
    name: "a password file that is not there",
    lines: [URI, "Memcached.a.User=x", "Memcached.a.PasswordFile=/nonexistent"],
    says: ':3: bad value "/nonexistent" for "Memcached.a.PasswordFile": cannot read it: no such file or directory',
  },
];

describe("a configuration that cannot be meant is refused with file and line", () => {
  for (const { name, lines, says } of refused) {
    test(name, async () => {
      const config = join(temporaryDirectory(), "tidemark.conf");
      writeFileSync(config, `${lines.join("\n")}\n`);
      for (const command of ["check", "run"]) {
        const { status, stderr, stdout } = await run(process.execPath, [bundle(), command, "-c", config]);
        expect({ command, status, stdout }).toEqual({ command, status: 100, stdout: "" });
        expect(stderr).toContain(`${config}${says}`);
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      }
    });
  }

  test("no such file", async () => {
    const { status, stderr } = await run(process.execPath, [bundle(), "run", "-c", "/nonexistent.conf"]);
    expect({ status, stderr }).toEqual({
      status: 100,
      stderr: "/nonexistent.conf: cannot read the configuration: no such file or directory\n",
    });
  });

  test("a password file that its user may not read", async () => {
    const directory = temporaryDirectory();
    const secret = join(directory, "secret");
    const config = join(directory, "tidemark.conf");
    writeFileSync(secret, "password\n");
    chmodSync(secret, 0o000);
    writeFileSync(config, `${URI}\nMemcached.a.User=x\nMemcached.a.PasswordFile=${secret}\n`);
    // As root, permissions do not hold unless the capability to ignore them is given up.
    const obedient = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
    for (const command of ["check", "run"]) {
      const [program = "", ...args] = [...obedient, process.execPath, bundle(), command, "-c", config];
      const { status, stderr } = await run(program, args);
      expect(status).toBe(100);
      expect(stderr).toBe(
        `${config}:3: bad value "${secret}" for "Memcached.a.PasswordFile": cannot read it: permission denied\n`,
      );
    }
  });

  test("what is valid is said to be so", async () => {
    const bench = await Bench.at(host);
    bench.configure([`Memcached.a.Uri=tcp://${host}:${await freePort(host)}`]);
    const { status, stdout, stderr } = await bench.command("check");
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${bench.config} is valid.\n`, stderr: "" });
  });
});
