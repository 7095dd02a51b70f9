import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { address } from "./address.ts";
import { run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const io = realIo();

test("readText: small regular files, /proc's too; anything else is undefined at once", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "file");
  writeFileSync(path, "käse\n");
  mkdirSync(join(directory, "inside"));
  const fifo = join(directory, "fifo");
  expect((await run("mkfifo", [fifo])).status).toBe(0);
  const large = join(directory, "large");
  writeFileSync(large, Buffer.alloc(2 ** 20 + 1));
  expect(io.readText(path)).toBe("käse\n");
  expect(io.readText("/proc/self/cmdline")).toContain("node");
  for (const other of [fifo, join(directory, "inside"), join(directory, "none"), large, "/dev/null"]) {
    expect(io.readText(other), other).toBeUndefined();
  }
  expect(io.list(directory)?.toSorted()).toEqual(["fifo", "file", "inside", "large"]);
  expect(io.list(path)).toBeUndefined();
});

test("list: the processes are no older than a moment", async () => {
  expect(io.list("/proc")).toContain(String(process.pid));
  const { pid } = await start("sleep", ["100"], { ready: () => true });
  await waitFor(() => io.list("/proc")?.includes(String(pid)), { what: "the new process", seconds: 1 });
});

test("access: permission bits and owner", () => {
  const path = join(temporaryDirectory(), "mode");
  writeFileSync(path, "", { mode: 0o600 });
  expect(io.access(path)).toEqual({ mode: 0o600, uid: process.geteuid?.(), gid: process.getegid?.() });
  expect(io.access(`${path}.none`)).toBeUndefined();
});

test("now: both clocks, the monotonic one since boot", () => {
  const uptime = Number(io.readText("/proc/uptime")?.split(" ")[0]);
  const { clock, mono } = io.now();
  expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(1);
  expect(mono - uptime).toBeLessThan(1);
  expect(mono).toBeGreaterThan(0);
});

test("after: calls once, and not when it was cancelled", async () => {
  const calls: string[] = [];
  io.after(5, () => calls.push("cancelled"))();
  io.after(10, () => calls.push("called"));
  await waitFor(() => calls.length > 0, { what: "the timer" });
  expect(calls).toEqual(["called"]);
});

test("connect: lent chunks come by the callback, others as events; the end and errors are told either way", async () => {
  const server = createServer((socket) => socket.end("hello"));
  server.listen(0, address(import.meta.url));
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("it listens on a port");
  const endpoint = { kind: "tcp", host: bound.address, port: bound.port } as const;
  const chunks: string[] = [];
  const lent = io.connect(endpoint, { lent: (chunk) => chunks.push(Buffer.from(chunk).toString()) });
  const events: string[] = [];
  const plain = io.connect(endpoint).on("data", (chunk: Buffer) => events.push(chunk.toString()));
  await Promise.all([once(lent, "close"), once(plain, "close")]);
  expect([chunks.join(""), events.join("")]).toEqual(["hello", "hello"]);
  server.close();
  await once(server, "close");
  const [refused] = await once(io.connect(endpoint), "error");
  expect(refused).toMatchObject({ code: "ECONNREFUSED" });
});

test("connect: TLS files that are none fail as an error, not as an exception", async () => {
  const tls = { ca: undefined, cert: "junk", key: "junk", serverName: undefined, verify: true };
  const socket = io.connect({ kind: "tcp", host: address(import.meta.url), port: 1 }, { tls });
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_OSSL/) });
});
