import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";

test("a look without a daemon takes nothing out of a FIFO", async () => {
  const bench = await Bench.at(address(import.meta.url));
  const fifo = join(bench.directory, "notify");
  execFileSync("mkfifo", [fifo]);
  const writer = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const line = 'INSTANCE "VI_1" MASTER 100\n';
  writeSync(writer, line);
  bench.configure([`Keepalived.NotifyFifo=${fifo}`]);
  expect(await bench.command("get", "keepalived.discovery")).toMatchObject({ status: 0, stdout: "[]\n" });
  const left = Buffer.alloc(100);
  expect(left.toString("utf8", 0, readSync(writer, left))).toBe(line);
  closeSync(writer);
});
