import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Rsyslogd } from "./rsyslogd.ts";
import { runTidemark } from "./start.ts";

/** What `tidemark doctor` says of a running rsyslogd. */
async function doctor(rsyslogd: Rsyslogd): Promise<string> {
  const path = join(rsyslogd.directory, "tidemark.conf");
  const own = [
    `StateDir=${rsyslogd.directory}`,
    `RunDir=${rsyslogd.directory}`,
    `Rsyslog.Configuration=${rsyslogd.configuration}`,
  ];
  writeFileSync(path, `${own.join("\n")}\n`);
  return (await runTidemark(["doctor", "-c", path])).stdout;
}

test("without impstats: doctor shows the lines that rsyslogd then accepts, and they are enough", async () => {
  const host = address(import.meta.url);
  const silent = new Rsyslogd({ host, port: await freePort(host) }, ["*.* /dev/null"], { statistics: [] });
  await silent.start();
  const said = await doctor(silent);
  expect(said).toContain("impstats is not on");
  const shown = (from: RegExp, lines: number) => {
    const all = said.split("\n");
    const at = all.findIndex((line) => from.test(line));
    return all.slice(at, at + lines).map((line) => line.trim().replaceAll("/var/log/rsyslog-stats.log", silent.stats));
  };
  await silent.stop();
  for (const statistics of [shown(/module\(load="impstats"/, 2), shown(/\$ModLoad impstats/, 5)]) {
    const mended = new Rsyslogd({ host, port: await freePort(host) }, ["*.* /dev/null"], { statistics });
    const checked = await mended.check();
    expect(checked.stderr, statistics.join("\n")).not.toMatch(/error|warning/i);
    expect(checked.status).toBe(0);
  }
});

test("with impstats: nothing of rsyslogd is to be mended", async () => {
  const host = address(import.meta.url);
  const rsyslogd = new Rsyslogd({ host, port: await freePort(host) }, ["*.* /dev/null"]);
  await rsyslogd.start();
  expect(await doctor(rsyslogd)).not.toContain("rsyslog");
});
