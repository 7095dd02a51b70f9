import { createServer } from "node:net";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { leftovers, observe } from "./leftovers.ts";
import { runNumber } from "./run-number.ts";
import { start, temporaryDirectory } from "./start.ts";

test("leftovers: each kind is named, nothing is nothing", () => {
  expect(leftovers({ processes: [], directories: [], listeners: [] })).toEqual([]);
  expect(
    leftovers({
      processes: [{ pid: 12, command: "memcached" }],
      directories: ["/tmp/tidemark-test-1-abc"],
      listeners: ["127.1.2.3:4567"],
    }),
  ).toEqual([
    "Process 12 (memcached) is still running.",
    'Directory "/tmp/tidemark-test-1-abc" was not removed.',
    "Something still listens on 127.1.2.3:4567.",
  ]);
});

test("observe: sees a program, a directory and a socket of this run, and no longer when they are gone", async () => {
  const host = address(import.meta.url);
  const port = await freePort(host);
  const directory = temporaryDirectory();
  const program = await start("sleep", ["1004"], { ready: () => true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
  const before = observe(runNumber());
  expect(before.processes).toContainEqual(expect.objectContaining({ pid: program.pid, command: "sleep" }));
  expect(before.directories).toContain(directory);
  expect(before.listeners).toContain(`${host}:${port}`);
  await program.kill();
  await new Promise((resolve) => server.close(resolve));
  const after = observe(runNumber());
  expect(after.processes).not.toContainEqual(expect.objectContaining({ pid: program.pid }));
  expect(after.listeners).not.toContain(`${host}:${port}`);
});
