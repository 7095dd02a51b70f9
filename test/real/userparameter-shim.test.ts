import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { isSkipped, type Outcome, run, temporaryDirectory } from "./start.ts";

const SHIM = fileURLToPath(new URL("../../userparameters/tidemark-value", import.meta.url));
/** No number may come from it, whatever is asked. */
const CANARY = "4711";

const top = temporaryDirectory();
const fresh = join(top, "fresh");
const stale = join(top, "stale");

const uptimeSeconds = () => Math.floor(Number.parseFloat(readFileSync("/proc/uptime", "utf8")));

/** A directory as the daemon leaves it, good until `until`. */
function valueDirectory(path: string, until: string): void {
  mkdirSync(path);
  writeFileSync(join(path, ".expiry"), until);
  const ratios = "1m,get! No get requests in the last 1m.\n5m,get= 66.66\n5m,set+\n15m,get+\n";
  writeFileSync(join(path, "memcached.hit_ratio,main"), ratios);
  symlinkSync("memcached.hit_ratio,main", join(path, "memcached.hit_ratio,"));
  writeFileSync(join(path, "memcached.hit_ratio,main+5m,set"), "two\n lines");
  writeFileSync(join(path, "memcached.discovery"), "+\n");
  writeFileSync(join(path, "memcached.discovery+"), `[{"a":1},\n\n{"b":"\\n 2"}]`);
  writeFileSync(join(path, "memcache.hit_ratio"), "0= -1\n1= .19\n11= .20\n");
  writeFileSync(join(path, "spaces"), "=  a \\t b= c! d+  \n");
  writeFileSync(join(path, "empty.text"), "= \n");
  writeFileSync(join(path, "empty.file"), "");
  writeFileSync(join(path, "bare.number"), "42\n=42\n+42\n");
  writeFileSync(join(path, "cut.short"), "= 42");
  writeFileSync(join(path, "k".repeat(255)), "= 1\n");
  mkdirSync(join(path, "a.directory"));
  writeFileSync(join(path, "a.directory", "inside"), `= ${CANARY}\n`);
}

beforeAll(() => {
  writeFileSync(join(top, "canary"), `= ${CANARY}\n`);
  valueDirectory(fresh, `${uptimeSeconds() + 1000}\n`);
  valueDirectory(stale, `${uptimeSeconds() - 90}\n`);
  mkdirSync(join(top, "empty"));
  for (const [name, until] of Object.entries({
    word: "soon\n",
    none: "",
    minus: "-5\n",
    huge: `${"9".repeat(30)}\n`,
  })) {
    valueDirectory(join(top, `bad-${name}`), until);
  }
  symlinkSync("/etc/passwd", join(top, "link"));
});

const ratio = (target: string, window: string, command: string, rest = "") => [
  ...["-t", target, "memcached.hit_ratio"],
  ...[window, "5m", command, "get"],
  rest,
];

const values = [
  { name: "a value", args: ratio("main", "5m", "get"), want: "66.66\n" },
  { name: "defaults", args: ratio("main", "", ""), want: "66.66\n" },
  { name: "the default target", args: ratio("", "", ""), want: "66.66\n" },
  { name: "a value with a file of its own", args: ratio("main", "5m", "set"), want: "two\n lines" },
  {
    name: "the same of the default target",
    args: ["-t", "main", "memcached.hit_ratio", "", "5m", "set", ""],
    want: "two\n lines",
  },
  { name: "no parameters, several lines", args: ["memcached.discovery"], want: `[{"a":1},\n\n{"b":"\\n 2"}]` },
  { name: "an old key", args: ["-o", "0", "memcache.hit_ratio", "1", "1"], want: ".19\n" },
  { name: "an old key's default", args: ["-o", "0", "memcache.hit_ratio", "", "1"], want: ".19\n" },
  { name: "an old key that begins like another", args: ["-o", "0", "memcache.hit_ratio", "11", "1"], want: ".20\n" },
  { name: "an old key's other parameter", args: ["-o", "0", "memcache.hit_ratio", "abc", "1"], want: "-1\n" },
  { name: "spaces and backslashes", args: ["spaces"], want: " a \\t b= c! d+  \n" },
  { name: "an empty text", args: ["empty.text"], want: "\n" },
  { name: "the longest name", args: ["k".repeat(255)], want: "1\n" },
];

const refusals = [
  { name: "a reason", args: ratio("main", "1m", ""), want: "No get requests in the last 1m." },
  {
    name: "a call without a file",
    args: ratio("main", "7m", ""),
    want: /^No value file for memcached.hit_ratio,main,7m,get: .*\.$/,
  },
  { name: "two dots", args: ratio("..", "", ""), want: /^No value file for memcached.hit_ratio,\.\.,5m,get: / },
  {
    name: "too many parameters",
    args: ratio("main", "5m", "get", "x"),
    want: "Too many parameters for memcached.hit_ratio.",
  },
  { name: "a bare number in the file", args: ["bare.number"], want: /^No value file for bare.number: / },
  { name: "a file cut short", args: ["cut.short"], want: /^No value file for cut.short: / },
  { name: "an empty file", args: ["empty.file"], want: /^No value file for empty.file: / },
  { name: "a directory", args: ["a.directory"], want: /^No value file for a.directory: / },
  {
    name: "a value whose own file is missing",
    args: ratio("main", "15m", ""),
    want: /^No value file for .*,15m,get: /,
  },
  {
    name: "the file of a long value",
    args: ["memcached.discovery+"],
    want: /^The key in this UserParameter line is mal/,
  },
  {
    name: "a key about a target, asked for without one",
    args: ["memcached.hit_ratio", "5m", "", "get", ""],
    want: /^No value/,
  },
  { name: "one character too long", args: ["k".repeat(256)], want: /^The parameters are longer/ },
  { name: "a name of 70,000 bytes", args: ratio("x".repeat(70_000), "", ""), want: /^The parameters are longer/ },
  { name: "no arguments", args: [], want: /^The key in this UserParameter line is malformed/ },
  { name: "the expiry file", args: [".expiry"], want: /^The key in this UserParameter line is malformed/ },
  { name: "the directory itself", args: ["."], want: /^The key in this UserParameter line is malformed/ },
  { name: "the directory above", args: [".."], want: /^The key in this UserParameter line is malformed/ },
  { name: "an option as key", args: ["-d"], want: /^No value file for -d:/ },
];

const HOSTILE = [
  "../canary",
  "../../../../../../etc/passwd",
  "/etc/passwd",
  "a.directory/inside",
  "./x",
  "$(id)",
  "`id`",
  ";id",
  "|id",
  "&& id",
  "main\nid",
  "main\r",
  "main x",
  "main,5m",
  "*",
  "[a-z]*",
  "?",
  "ma\\in",
  "'",
  '"',
  ">x",
  "<x",
  "~root",
  "#",
  "!!",
  "{a,b}",
  "%s%n",
  "\u00e4",
  "\u{1F600}",
  "\u007f",
];

/** What an agent would make of it: the value's text, or the reason of "not supported". */
async function ask(shell: string, directory: string, args: readonly string[]) {
  return verdict(await run(shell, [SHIM, "-d", directory, ...args]));
}

/** The same as the generated lines do it: the shim is read by the agent's own shell. */
async function askInside(shell: string, directory: string, args: readonly string[]) {
  return verdict(await run(shell, ["-c", `set -- "$@"; . "${SHIM}"`, shell, "-d", directory, ...args]));
}

function verdict({ stdout, stderr, status }: Outcome) {
  expect(stderr).toBe("");
  expect(stdout).not.toContain(CANARY);
  const [, reason] = /^ZBX_NOTSUPPORTED\0([A-Z][^\0]*\.)$/.exec(stdout) ?? [];
  expect(status).toBe(reason === undefined ? 0 : 1);
  return reason === undefined ? { text: stdout } : { reason };
}

for (const shell of ["dash", "bash"].filter((name) => !isSkipped(name))) {
  for (const { name, args, want } of values) {
    test(`${shell}: ${name}`, async () => {
      expect(await ask(shell, fresh, args)).toEqual({ text: want });
      expect(await askInside(shell, fresh, args)).toEqual({ text: want });
    });
  }
  for (const { name, args, want } of refusals) {
    test(`${shell}: ${name} is not supported`, async () => {
      const matching = typeof want === "string" ? want : expect.stringMatching(want);
      expect(await ask(shell, fresh, args)).toEqual({ reason: matching });
      expect(await askInside(shell, fresh, args)).toEqual({ reason: matching });
    });
  }
  test(`${shell}: no hostile parameter is let through, in any place`, async () => {
    for (const hostile of HOSTILE) {
      for (const args of [
        ratio(hostile, "5m", "get"),
        ratio("main", hostile, "get"),
        [hostile],
        ["-o", "0", "memcache.hit_ratio", hostile, "1"],
      ]) {
        expect(await ask(shell, fresh, args), JSON.stringify(args)).toHaveProperty("reason");
      }
    }
  });
  test(`${shell}: stale files give no value, whatever they hold`, async () => {
    for (const { args } of values) {
      expect(await ask(shell, stale, args)).toEqual({
        reason: "The value files have expired: tidemark is dead or hangs.",
      });
    }
  });
  for (const name of ["word", "none", "minus", "huge"]) {
    test(`${shell}: a malformed expiry (${name}) gives no value`, async () => {
      expect(await ask(shell, join(top, `bad-${name}`), ratio("", "", ""))).toHaveProperty("reason");
    });
  }
  for (const directory of ["empty", "absent", "canary", "link"]) {
    test(`${shell}: never started, the directory being ${directory}`, async () => {
      expect(await ask(shell, join(top, directory), ratio("", "", ""))).toEqual({
        reason: "Tidemark has no value files: it is not running, or has UserParameter.Files=no.",
      });
    });
  }
}

test.skipIf(isSkipped("strace"))("a call opens three files and starts no process", async () => {
  const { stderr } = await run("strace", [
    "-f",
    "-e",
    "trace=open,openat,process",
    "dash",
    SHIM,
    "-d",
    fresh,
    ...ratio("../canary", "", ""),
  ]);
  const good = await run("strace", [
    "-f",
    "-e",
    "trace=open,openat,process",
    "dash",
    SHIM,
    "-d",
    fresh,
    ...ratio("main", "", ""),
  ]);
  const opened = (trace: string) =>
    [...trace.matchAll(/open\w*\((?:AT_FDCWD, )?"([^"]*)", O_RDONLY\)/g)].map(([, path]) => path);
  expect(opened(good.stderr)).toEqual([
    SHIM,
    join(fresh, ".expiry"),
    join(fresh, "memcached.hit_ratio,main"),
    "/proc/uptime",
  ]);
  expect(opened(stderr)).toEqual([SHIM]);
  const inside = [`set -- "$@"; . "${SHIM}"`, "dash", "-d", fresh, ...ratio("main", "5m", "set")];
  const whole = await run("strace", ["-f", "-e", "trace=process", "dash", "-c", ...inside]);
  expect(whole.stdout).toBe("two\n lines");
  for (const { stderr: trace } of [good, whole]) expect(trace).not.toMatch(/fork|clone/);
});
