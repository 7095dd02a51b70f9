import { mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { Bench } from "../unit/sources/logdir/bench.ts";
import { LOGGERS, Logger } from "./logdir.ts";
import { send } from "./proc.ts";
import { start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** Pid of the logger as the newest sample has it. */
function pidIn(bench: Bench, target: string): number {
  const { pid } = JSON.parse(bench.text(`logdir.get[${target}]`)) as { readonly pid?: number };
  if (pid === undefined) throw new Error(`no logger: ${bench.text(`logdir.get[${target}]`)}`);
  return pid;
}

/** Ticks until the item has this value: processes need a moment to get where they block. */
async function ticksUntil(bench: Bench, key: string, value: string): Promise<void> {
  await waitFor(
    async () => {
      await bench.tick();
      return bench.text(key) === value || Promise.reject(new Error(bench.text(key)));
    },
    { what: `${key} to be ${value}` },
  );
}

for (const name of LOGGERS) {
  test(`${name}: killed, it leaves an unclean file, and no byte is lost to the counter`, async () => {
    const home = realpathSync(temporaryDirectory());
    const kept = { directory: join(home, "main"), files: 20 };
    const first = await Logger.start(name, home, [kept]);
    const bench = new Bench(realIo(), [`a.Path=${kept.directory}`, "Discover=0"]);
    await bench.tick();
    await first.write(10);
    await ticksUntil(bench, "logdir.state[a]", "1");
    expect(bench.text("logdir.unclean[a]")).toBe("0");
    send(pidIn(bench, "a"), "SIGSTOP");
    await ticksUntil(bench, "logdir.state[a]", "2");
    expect(bench.text("logdir.blocked[a]")).toBe("0"); // its pipe is empty
    send(pidIn(bench, "a"), "SIGKILL");
    await ticksUntil(bench, "logdir.state[a]", "0");
    expect(bench.text("logdir.bytes[a]")).toBe(String(first.bytes));
    await first.program.kill();
    const second = await Logger.start(name, home, [kept]);
    await second.write(5);
    await ticksUntil(bench, "logdir.state[a]", "1");
    expect(bench.text("logdir.unclean[a]")).toBe("1");
    expect(readdirSync(kept.directory).filter((file) => file.endsWith(".u"))).toHaveLength(1);
    expect(bench.counter("a", "written")).toBe(first.bytes + second.bytes);
    expect(bench.counter("a", "rotations")).toBe(1);
  });

  test(`${name}: found by its process, whatever it was started with`, async () => {
    const home = realpathSync(temporaryDirectory());
    const directory = join(home, "a b[c]'d\"ä\n");
    mkdirSync(directory);
    const quoted = name === "svlogd" ? ["-tt"] : ["t"];
    await start(
      "sh",
      ["-c", 'tail -f /dev/null | exec "$@"', "sh", name, ...quoted, `./${directory.slice(home.length + 1)}`],
      {
        cwd: home,
        ready: () => readdirSync(directory).includes("lock"),
      },
    );
    const bench = new Bench(realIo(), ["Directories="]);
    const rowOf = () =>
      (JSON.parse(bench.text("logdir.discovery")) as readonly Record<string, string>[]).find(
        (row) => row["{#PATH}"] === directory.replace("\n", "\\x0a"),
      );
    await waitFor(
      async () => {
        await bench.tick();
        return rowOf() !== undefined;
      },
      { what: "the directory to be found" },
    );
    expect(rowOf()).toMatchObject({ "{#LOGGER}": name, "{#STATE}": "up" });
  });

  describe.runIf(process.getuid?.() === 0)("as root", () => {
    test(`${name}: stopped, its writer blocks; continued, it is up again`, async () => {
      const home = realpathSync(temporaryDirectory());
      const directory = join(home, "main");
      mkdirSync(directory);
      writeFileSync(join(directory, "config"), "s4096\nn3\n");
      const quoted = name === "svlogd" ? ["-tt"] : ["t", "s4096", "n3"];
      const writer = "while :; do printf '%1000s\\n' x; sleep 0.005; done";
      await start("sh", ["-c", `(${writer}) | exec "$@"`, "sh", name, ...quoted, directory], {
        ready: () => readdirSync(directory).includes("lock"),
      });
      const bench = new Bench(realIo(), [`a.Path=${directory}`, "Discover=0"]);
      await ticksUntil(bench, "logdir.state[a]", "1");
      expect(bench.text("logdir.blocked[a]")).toBe("0");
      const pid = pidIn(bench, "a");
      send(pid, "SIGSTOP");
      await ticksUntil(bench, "logdir.state[a]", "3");
      expect(bench.text("logdir.blocked[a]")).toBe("1");
      expect(JSON.parse(bench.text("logdir.get[a]")).error).toMatch(
        /^process \d+ waits for its logger, process \d+, to read$/,
      );
      send(pid, "SIGCONT");
      await ticksUntil(bench, "logdir.state[a]", "1");
      expect(bench.text("logdir.blocked[a]")).toBe("0");
    });
  });
}

describe.runIf(process.getuid?.() === 0)("as root", () => {
  test("multilog that waits for its processor blocks its writer, though nobody stopped it", async () => {
    const directory = join(realpathSync(temporaryDirectory()), "main");
    const writer = "while :; do printf '%1000s\\n' x; sleep 0.005; done";
    await start("sh", ["-c", `(${writer}) | exec multilog t s4096 '!sleep 60' "$1"`, "sh", directory], {
      ready: () => readdirSync(directory).includes("lock"),
    });
    const bench = new Bench(realIo(), [`a.Path=${directory}`, "Discover=0"]);
    await ticksUntil(bench, "logdir.state[a]", "3");
    expect(bench.text("logdir.blocked[a]")).toBe("1");
  });
});
