import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { isSkipped, start, temporaryDirectory } from "./start.ts";
import { makeService, SLEEPER, told } from "./supervise-sampling.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);

test.skipIf(isSkipped("svscan") || isSkipped("memcached"))(
  "memcached under supervise: one table shows cache and service, and the doctor what is wrong",
  async () => {
    const scan = temporaryDirectory();
    const port = await freePort(host);
    const user = process.getuid?.() === 0 ? "-u nobody" : "";
    makeService(join(scan, "cache"), `exec memcached -l ${host} -p ${port} -U 0 ${user}`);
    makeService(join(scan, "web"), SLEEPER, { down: "" });
    await start("svscan", [scan], { ready: { host, port } });
    const bench = await Bench.at(host);
    bench.configure([`Memcached.mc.Uri=${host}:${port}`, `Supervise.Directories=${scan}`]);
    await bench.start();
    await bench.until("supervise.state[cache]", "1");
    await bench.until("supervise.state[web]", "0");
    const { stdout } = await bench.command("status");
    expect(stdout).toMatch(/^mc +up /m);
    expect(stdout).toMatch(/^Service +Supervisor +State +Uptime +Restarts 60m +Log age +Age +What is wrong$/m);
    expect(stdout).toMatch(/^cache +daemontools +up +\d+s +- +- +\d+ s$/m);
    expect(stdout).toMatch(/^web +daemontools +down +- /m);
    expect(await bench.get("supervise.pid[cache]")).toBe(await bench.get("memcached.stat[mc,pid]"));

    const well = await bench.command("doctor");
    expect([well.status, well.stdout]).toEqual([0, "Nothing to mend.\n"]);
    const agent = join(bench.directory, "agentd.conf");
    writeFileSync(agent, "Server=127.0.0.1\nUserParameter=memcached.curr_conn,/usr/local/bin/curr-conn\n");
    const clash = await bench.command("doctor", "--agent-conf", agent);
    expect(clash.status).toBe(1);
    expect(clash.stdout).toContain(`${agent}:2 defines it, too: the agent would not start with tidemark-legacy.conf`);
    const absent = await bench.command("doctor", "--agent-conf", "/nonexistent");
    expect([absent.status, absent.stderr]).toEqual([111, expect.stringContaining("/nonexistent")]);

    await told("svc", "-d", join(scan, "cache"));
    await bench.until("memcached.state[mc]", "0");
    await bench.until("supervise.state[cache]", "0");
    await told("svc", "-u", join(scan, "cache"));
    await bench.until("memcached.state[mc]", "1");
    await bench.until("supervise.state[cache]", "1");
  },
);

test.skipIf(isSkipped("svscan"))("a scan directory that is gone makes discovery fail, not shorter", async () => {
  const scan = join(temporaryDirectory(), "scan");
  makeService(join(scan, "web"), SLEEPER);
  await start("svscan", [scan], { ready: { path: join(scan, "web/supervise/ok") } });
  const bench = await Bench.at(host);
  bench.configure([`Supervise.Directories=${scan}`, "Memcached.Discover=no"]);
  await bench.start();
  await bench.until("supervise.state[web]", "1");
  expect(JSON.parse(await bench.get("supervise.discovery"))).toHaveLength(1);
  await told("mv", scan, `${scan}.away`);
  const gone = await waitFor(async () => (await bench.ask("supervise.discovery")).error, { what: "an error" });
  expect(gone).toBe(`Cannot list "${scan}": no such file or directory.`);
  await bench.until("supervise.state[web]", "7");
  const doctor = await bench.command("doctor");
  expect(doctor.status).toBe(1);
  expect(doctor.stdout).toContain("mend: name the scan directories with Supervise.Directories");
  await told("mv", `${scan}.away`, scan);
  await bench.until("supervise.state[web]", "1");
  await told("rm", "-r", join(scan, "web"));
  await waitFor(async () => (await bench.get("supervise.discovery")) === "[]", { what: "a removed service to leave" });
});

test.skipIf(isSkipped("svscan"))(
  "restarts are counted over a restart of tidemark, and none that never was",
  async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "web"), SLEEPER);
    makeService(join(scan, "still"), SLEEPER);
    makeService(join(scan, "idle"), SLEEPER, { down: "" });
    await start("svscan", [scan], { ready: { path: join(scan, "web/supervise/ok") } });
    const bench = await Bench.at(host);
    bench.configure([`Supervise.Directories=${scan}`, "Memcached.Discover=no"]);
    const first = await bench.start();
    const restarts = (service: string) => `supervise.restarts[${service},3s]`;
    await bench.until(restarts("web"), "0");
    await first.kill();
    const before = await told("svstat", join(scan, "web"));
    await told("svc", "-t", join(scan, "web"));
    await waitFor(
      async () => (await told("svstat", join(scan, "web"))).match(/pid \d+/)?.[0] !== before.match(/pid \d+/)?.[0],
      {
        what: "another process",
      },
    );
    await bench.start();
    await bench.until("supervise.state[web]", "1");
    await bench.until("supervise.restarts[web,10s]", "1", 15);
    expect(await bench.get("supervise.restarts[still,10s]")).toBe("0");
    expect(await bench.get("supervise.restarts[idle,10s]")).toBe("0");
    await bench.until(restarts("web"), "0", 15);
  },
);
