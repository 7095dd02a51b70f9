import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatValue } from "../../../../src/config/kinds.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { section } from "../../../../src/sources/rsyslog/section.ts";
import { sectionOf } from "./bench.ts";
import { World } from "./world.ts";

interface Machine {
  readonly configuration: string;
  /** Command line of process 77. */
  readonly command?: readonly string[];
  readonly lines?: readonly string[];
  readonly contained?: boolean;
}

/** A machine with one process beside init; `@` is the directory of its rsyslog.conf. */
function machine({
  configuration,
  command = ["rsyslogd", "-n", "-f@/rsyslog.conf"],
  lines = ["Stats=auto"],
  contained = false,
}: Machine): World {
  const world: World = new World(lines, {
    configuration,
    io: {
      list: (path) => (path === "/proc" ? ["1", "77", "self"] : undefined),
      readText: (path) => {
        if (path === "/proc/1/cmdline") return "init\0";
        if (path === "/proc/77/cmdline")
          return command.map((word) => `${word.replace("@", world.directory)}\0`).join("");
        if (path === "/proc/77/status") return contained ? "NSpid:\t77\t1\n" : "NSpid:\t77\n";
        if (path === "/proc/self/status") return "Uid:\t999\t999\t999\t999\n";
        return path === "/etc/passwd" ? "tidemark:x:999:\n" : undefined;
      },
    },
  });
  return world;
}

describe("what doctor says of a rsyslogd without statistics", () => {
  test("impstats is not on: the lines that turn it on in both syntaxes, and the permission", async () => {
    const { bench } = machine({ configuration: "*.* /var/log/syslog" });
    await bench.tick();
    const [finding, ...others] = bench.findings;
    expect(others).toEqual([]);
    expect(finding?.found).toBe(
      "rsyslogd runs (process 77), and impstats is not on: its configuration does not load it",
    );
    expect(finding?.mend).toContain(
      "touch /var/log/rsyslog-stats.log && setfacl -m u:tidemark:r /var/log/rsyslog-stats.log",
    );
    expect(finding?.mend).toContain(
      'module(load="impstats" interval="10" severity="7" format="json" resetCounters="off"',
    );
    expect(finding?.mend).toContain('log.syslog="off" log.file="/var/log/rsyslog-stats.log")');
    expect(finding?.mend).toContain("$ModLoad impstats");
    expect(finding?.mend).toContain("$PStatJSON on");
    expect(finding?.mend).toContain("syslog.=debug /var/log/rsyslog-stats.log");
    expect(bench.text("rsyslog.discovery")).toBe("[]");
  });

  test("impstats is on without a file of its own", async () => {
    const { bench } = machine({ configuration: "$ModLoad impstats\n$PStatInterval 60" });
    await bench.tick();
    expect(bench.findings[0]?.found).toContain("impstats is on, every 60 s, but without log.file");
  });

  const quiet: readonly (Machine & { readonly name: string })[] = [
    { name: "no rsyslogd runs", configuration: "", command: ["sh", "-c", "rsyslogd"] },
    {
      name: "the one that runs has another configuration",
      configuration: "",
      command: ["/usr/sbin/rsyslogd", "-f", "/elsewhere"],
    },
    { name: "it runs in a container", configuration: "", contained: true },
    { name: "statistics are not wanted", configuration: "", lines: ["Stats=none", "Configuration=@/none"] },
  ];
  for (const { name, ...of } of quiet) {
    test(`nothing: ${name}`, async () => {
      const { bench } = machine(of);
      await bench.tick();
      expect(bench.findings).toEqual([]);
    });
  }

  test("nothing where there is no configuration", async () => {
    const world = machine({ configuration: "" });
    rmSync(`${world.directory}/rsyslog.conf`);
    await world.bench.tick();
    expect(world.bench.findings).toEqual([]);
    expect([...world.bench.rosters.values()].map((roster) => roster.kind === "value" && roster.value.size)).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });
});

test("the file that the configuration names is found, and read once it is there", async () => {
  const world = new World(["Stats=auto"], {
    configuration: 'module(load="impstats" interval="10" log.file="@/later.log")',
  });
  await world.bench.tick();
  expect(world.bench.text("rsyslog.stats.state")).toBe("3");
  expect(world.bench.text("rsyslog.stats.age")).toContain("no such file or directory");
  expect(world.bench.text("rsyslog.discovery")).toBe(
    `(unknown: Rsyslogd has not reported yet: cannot read "${world.directory}/later.log": no such file or directory.)`,
  );
});

test("a part of the configuration that cannot be read is a finding while statistics are", async () => {
  const read: typeof realFiles.read = (path, most) =>
    path.endsWith("secret.conf")
      ? { kind: "failed", code: "EACCES", reason: "permission denied" }
      : realFiles.read(path, most);
  const configuration = 'module(load="impstats" log.file="@/stats.log")\ninclude(file="@/secret.conf")';
  const world = new World(["Stats=auto"], { configuration, files: { read } });
  writeFileSync(`${world.directory}/secret.conf`, "");
  await world.bench.tick();
  expect(world.bench.findings.map(({ what, found }) => `${what}: ${found}`)).toEqual([
    `${world.directory}/secret.conf: cannot read this part of rsyslogd's configuration: permission denied`,
  ]);
});

describe("limits that rsyslogd's configuration does not say", () => {
  const queue = (n: number) => ({
    "core.queue main Q": { size: n, enqueued: n, full: 0, "discarded.full": 0, "discarded.nf": 0 },
  });

  async function reported(lines: readonly string[]) {
    const world = new World(lines, { step: 10 });
    for (let n = 0; n < 4; n++) {
      world.report(queue(10 * n));
      await world.ticks(1, 10);
    }
    return world.bench;
  }

  test("are none, with the directive that sets them", async () => {
    const bench = await reported([]);
    const want = "(none: Rsyslogd's configuration does not say its size; set Rsyslog.main_Q-e0d488.Size.)";
    expect(bench.text("rsyslog.queue.capacity")).toBe(want);
    expect(bench.text("rsyslog.queue.pused")).toBe(want);
    expect(bench.text("rsyslog.queue.fill_time")).toBe(want);
    expect(bench.text("rsyslog.queue.drain_time")).toBe("31536000");
  });

  test("can be set", async () => {
    const bench = await reported(["main_Q-e0d488.Size=100"]);
    expect(bench.text("rsyslog.queue.capacity")).toBe("100");
    expect(bench.text("rsyslog.queue.pused")).toBe("30");
    expect(bench.text("rsyslog.queue.fill_time")).toBe("70");
  });
});

const choices: readonly (readonly [string, unknown])[] = [
  ["auto", "auto"],
  ["none", "none"],
  ["/var/log/s", { kind: "file", path: "/var/log/s" }],
  ["fifo:/run/s", { kind: "fifo", path: "/run/s" }],
  ["udp:127.0.0.1:24170", { kind: "udp", host: "127.0.0.1", port: 24_170 }],
  ["udp:[::1]:24170", { kind: "udp", host: "::1", port: 24_170 }],
];
for (const [text, want] of choices) {
  test(`Rsyslog.Stats=${text}`, () => {
    const { Stats } = sectionOf([`Stats=${text}`]).general;
    expect(Stats).toEqual(want);
    expect(formatValue(section.general.Stats.kind, Stats)).toBe(text);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["udp:10.0.0.1:24170", "loopback"],
  ["udp:127.0.0.1:0", "not a port"],
  ["udp:127.0.0.1:65536", "not a port"],
  ["udp:127.0.0.999:1", "not known"],
  ["fifo:relative", "not known"],
  ["stats.log", "not known"],
  ["", "not known"],
];
for (const [text, reason] of refused) {
  test(`Rsyslog.Stats=${text} is refused`, () => expect(() => sectionOf([`Stats=${text}`])).toThrow(reason));
}
