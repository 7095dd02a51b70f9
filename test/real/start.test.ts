import { readdirSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { markOf, processes } from "./proc.ts";
import { run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);

/** Three generations: one stays in the group, one leaves group and session and outlives its parent. */
const FAMILY = `sleep 1000 & setsid sleep 1001 & (setsid sleep 1002 &) ; echo ready; wait`;

function alive(pids: readonly number[]): readonly number[] {
  return processes()
    .filter(({ pid }) => pids.includes(pid))
    .map(({ pid }) => pid);
}

async function family(): Promise<{ program: Awaited<ReturnType<typeof start>>; pids: readonly number[] }> {
  const program = await start("sh", ["-c", FAMILY], { ready: /ready/ });
  const mark = markOf(program.pid);
  const members = () => processes().filter(({ pid }) => markOf(pid) === mark);
  await waitFor(() => members().filter(({ command }) => command === "sleep").length === 3, { what: "three sleepers" });
  return { program, pids: members().map(({ pid }) => pid) };
}

test("kill: ends a program with grandchildren that left its group and session", async () => {
  const { program, pids } = await family();
  expect(alive(pids)).toHaveLength(4);
  expect(await program.kill()).toEqual({ status: null, signal: "SIGKILL" });
  expect(alive(pids)).toEqual([]);
});

test("end: SIGTERM first, and SIGKILL for what ignores it", async () => {
  const polite = await start("sh", ["-c", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done"], {
    ready: /ready/,
  });
  expect(await polite.end()).toEqual({ status: 3, signal: null });
  expect(polite.stdout).toBe("ready\nbye\n");
  const deaf = await start("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"], { ready: /ready/ });
  expect(await deaf.end(0.1)).toEqual({ status: null, signal: "SIGKILL" });
  expect(await deaf.end()).toEqual({ status: null, signal: "SIGKILL" });
});

test("start: a program that never gets ready fails with its log", async () => {
  const attempt = start("sh", ["-c", "echo found nothing >&2; sleep 1000"], { ready: /ready/, seconds: 0.3 });
  await expect(attempt).rejects.toThrow(/waited 0.3 s for "sh" to be ready[\s\S]*running ---\nfound nothing/);
});

test("start: a program that ends too early fails with its status and log, at once", async () => {
  const attempt = start("sh", ["-c", "echo no such file; exit 100"], {
    ready: { path: "/nonexistent" },
    seconds: 1000,
  });
  await expect(attempt).rejects.toThrow(/ended before it was ready[\s\S]*exit status 100 ---\nno such file/);
});

test("start: a program that does not exist is named", async () => {
  await expect(start("no-such-program", [], { ready: /x/ })).rejects.toThrow('cannot start "no-such-program"');
});

test("start: ready by port, by path and by question", async () => {
  const path = `${temporaryDirectory()}/there`;
  const port = await freePort(host);
  const listen = `require("net").createServer().listen(${port}, "${host}"); require("fs").writeFileSync("${path}", "")`;
  const program = await start(process.execPath, ["-e", listen], { ready: { host, port } });
  await program.ready({ path });
  await program.ready(({ pid }) => pid > 0);
  await expect(program.ready(() => false, 0.1)).rejects.toThrow("waited 0.1 s");
});

test("start: the environment is bare but for what is asked", async () => {
  process.env["TIDEMARK_STRAY"] = "1";
  const { stdout } = await run("env", [], { env: { WANTED: "yes" } });
  delete process.env["TIDEMARK_STRAY"];
  expect(stdout).toContain("WANTED=yes\n");
  expect(stdout).not.toContain("TIDEMARK_STRAY");
});

test("freeze and thaw: a frozen program uses no CPU and answers nothing until thawed", async () => {
  const program = await start("sh", ["-c", "echo ready; while read -r line; do echo $line; done"], {
    ready: /ready/,
    input: "",
  });
  expect(await program.ended).toEqual({ status: 0, signal: null });
  const busy = await start(process.execPath, ["-e", "for (;;);"], { ready: (self) => self.cpuSeconds() > 0.2 });
  busy.freeze();
  await busy.ready(() => processes().some(({ pid, state }) => pid === busy.pid && state === "T"));
  const used = busy.cpuSeconds();
  await expect(busy.ready((self) => self.cpuSeconds() > used, 0.3)).rejects.toThrow("waited");
  busy.thaw();
  await busy.ready((self) => self.cpuSeconds() > used);
});

test("rss, fds: of a program that holds a known amount", async () => {
  const hold = `const b = Buffer.alloc(100e6, 1); for (let i = 0; i < 50; i++) require("fs").openSync("/dev/null"); console.log("ready")`;
  const lean = await start(process.execPath, ["-e", `console.log("ready"); setInterval(() => {}, 1e6)`], {
    ready: /ready/,
  });
  const rich = await start(process.execPath, ["-e", `${hold}; setInterval(() => b, 1e6)`], { ready: /ready/ });
  expect(rich.rss() - lean.rss()).toBeGreaterThan(80e6);
  expect(rich.rss() - lean.rss()).toBeLessThan(140e6);
  expect(rich.fds() - lean.fds()).toBe(50);
});

test("run: a program's output and status; one that does not end is killed and named", async () => {
  expect(await run("sh", ["-c", "cat; echo bad >&2; exit 7"], { input: "in" })).toEqual({
    status: 7,
    signal: null,
    stdout: "in",
    stderr: "bad\n",
  });
  await expect(run("sleep", ["1003"], { seconds: 0.1 })).rejects.toThrow('"sleep" did not end within 0.1 s');
});

test("address: no two test files share one", () => {
  const root = new URL("../", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  expect(files).toContain(relative(fileURLToPath(root), fileURLToPath(import.meta.url)));
  const addresses = files.map((name) => address(new URL(name, root).href));
  expect(new Set(addresses).size).toBe(files.length);
  for (const one of addresses) expect(one).toMatch(/^127\.([1-9]\d*)\.([1-9]\d*)\.([1-9]\d*)$/);
});

test("freePort: different ports that can be bound", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort(host)));
  expect(new Set(ports).size).toBe(20);
});
