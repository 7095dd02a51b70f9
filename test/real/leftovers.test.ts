import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { canBoot } from "./booted-systemd.ts";
import { leftovers, observe } from "./leftovers.ts";
import { processes } from "./proc.ts";
import { runNumber } from "./run-number.ts";
import { run, start, temporaryDirectory } from "./start.ts";

test("leftovers: each kind is named, nothing is nothing", () => {
  expect(leftovers({ processes: [], files: [], listeners: [], groups: [] })).toEqual([]);
  expect(
    leftovers({
      processes: [{ pid: 12, command: "memcached" }],
      files: ["/tmp/tidemark-test-1-abc"],
      listeners: ["127.1.2.3:4567"],
      groups: ["/sys/fs/cgroup/tidemark-test-1-2-corner"],
    }),
  ).toEqual([
    "Process 12 (memcached) is still running.",
    '"/tmp/tidemark-test-1-abc" was not removed.',
    "Something still listens on 127.1.2.3:4567.",
    'The control group "/sys/fs/cgroup/tidemark-test-1-2-corner" was not removed.',
  ]);
});

test("observe: sees a program, a directory and a socket of this run, and no longer when they are gone", async () => {
  const host = address(import.meta.url);
  const port = await freePort(host);
  const directory = temporaryDirectory();
  const bare = temporaryDirectory();
  writeFileSync(join(directory, "something"), "");
  const program = await start("sleep", ["1004"], { ready: () => true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
  const before = observe(runNumber());
  expect(before.processes).toContainEqual(expect.objectContaining({ pid: program.pid, command: "sleep" }));
  expect(before.files).toContain(directory);
  expect(before.files).not.toContain(bare);
  expect(before.listeners).toContain(`${host}:${port}`);
  await program.kill();
  await new Promise((resolve) => server.close(resolve));
  const after = observe(runNumber());
  expect(after.processes).not.toContainEqual(expect.objectContaining({ pid: program.pid }));
  expect(after.listeners).not.toContain(`${host}:${port}`);
});

test("a run whose tests pass but leave something behind fails, says what, and removes it", async () => {
  const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
  const config = fileURLToPath(new URL("fixtures/leaving/vitest.config.ts", import.meta.url));
  const { status, stdout, stderr } = await run(process.execPath, [vitest, "run", "--config", config]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "1 passed, 1 failed, 0 skipped\n" });
  const [, pid = ""] = /Process (\d+) \(sleep\) is still running\./.exec(stderr) ?? [];
  const [, directory = ""] = /"(.+)" was not removed\./.exec(stderr) ?? [];
  const [, group] = /The control group "(.+)" was not removed\./.exec(stderr) ?? [];
  expect(group !== undefined).toBe(canBoot());
  expect(existsSync(group ?? "")).toBe(false);
  expect(processes().map((process) => process.pid)).not.toContain(Number(pid));
  expect(directory).toMatch(/tidemark-test-\d+-\w+\/left-/);
  expect(existsSync(directory)).toBe(false);
});
