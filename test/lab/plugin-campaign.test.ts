import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { startMemcached } from "../real/memcached.ts";
import { offspring, Place, untilNobody } from "../real/plugin-agent2.ts";
import { waitFor } from "../real/wait.ts";
import { type Server, withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";

/* What a plugin meets in months: many starts and stops, many checks, a server that polls. It prints its figures. */

const HOST = address(import.meta.url);
const STARTS = 50;
const CHECKS = 100_000;
const POLLED_SECONDS = 60;
const KEY = "memcached.state[main]";

let uri = "";

beforeAll(async () => {
  const port = await freePort(HOST);
  await startMemcached({ host: HOST, port });
  uri = `Memcached.main.Uri=tcp://${HOST}:${port}`;
});

const place = ({ zabbix_agent2: program, version }: Server) => new Place({ program, version, host: HOST }, [uri]);

function told(version: string, figures: string): void {
  process.stdout.write(`agent 2 ${version}: ${figures}\n`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

withEachServer((server) => {
  test(`${STARTS} starts and stops without a crash, nobody left`, async () => {
    const at = place(server);
    const ready: number[] = [];
    const valued: number[] = [];
    for (let each = 0; each < STARTS; each++) {
      const begun = performance.now();
      const agent = await at.start();
      ready.push(performance.now() - begun);
      await at.until(KEY, "1");
      valued.push(performance.now() - begun);
      const left = offspring(agent);
      agent.signal("SIGTERM");
      expect(await agent.ended, `stop ${each}`).toEqual({ status: 0, signal: null });
      expect(agent.log).not.toMatch(/panic|died/);
      await untilNobody(left);
    }
    const longest = Math.max(...valued);
    told(
      server.version,
      `${STARTS} starts; ready after ${median(ready).toFixed(0)} ms, first value after ${median(valued).toFixed(0)} ms (longest ${longest.toFixed(0)})`,
    );
  });

  test(`${CHECKS} checks one after another`, async () => {
    const at = place(server);
    const agent = await at.start();
    await at.until(KEY, "1");
    const before = agent.cpuSeconds();
    const begun = performance.now();
    for (let each = 0; each < CHECKS; each++) expect(await at.ask(KEY)).toBe("1");
    const seconds = (performance.now() - begun) / 1000;
    const microseconds = ((agent.cpuSeconds() - before) / CHECKS) * 1e6;
    told(
      server.version,
      `${(CHECKS / seconds).toFixed(0)} checks/s one after another, ${microseconds.toFixed(0)} us CPU each`,
    );
    told(server.version, `${(agent.rss() / 2 ** 20).toFixed(0)} MiB resident, agent and plugin with its tidemark`);
    await agent.end();
  });

  test("a server that polls misses nothing", async () => {
    const at = place(server);
    const agent = await at.start();
    const host = await PolledHost.create(server, { name: "tidemark plugin", at: at.address });
    await host.item(KEY, "unsigned");
    await host.until(KEY, "1");
    const count = async () => (await host.history(KEY)).length;
    const first = await count();
    const enough = async () => (await count()) >= first + POLLED_SECONDS;
    await waitFor(enough, { what: "a minute of values", seconds: 2 * POLLED_SECONDS });
    const clocks = (await host.history(KEY)).slice(first).map(({ clock }) => clock);
    const gaps = clocks.slice(1).map((clock, index) => clock - (clocks[index] ?? clock));
    expect(Math.max(...gaps)).toBeLessThan(2.5);
    await agent.end();
  });
});
