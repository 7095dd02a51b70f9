import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { startAgent } from "./agents.ts";
import { Api } from "./api.ts";
import { findServer, type Server, VERSIONS } from "./lab.ts";
import { type Problem, ProblemWatch } from "./problems.ts";
import { createLinked, discoverNow } from "./template-host.ts";
import { copied, deleteTemplate, install, OFFICIAL, templateFiles } from "./templates.ts";

/*
 * How long a hung memcached goes unnoticed: by our template over tidemark, and by "Memcached by Zabbix agent 2" over the
 * agent it is made for, both with all their own intervals. It takes most of an hour: TIDEMARK_LAB_PACE=real runs it.
 */

const HOST = address(import.meta.url);
/** zabbix_agent2 takes no port above 32767. */
const AGENT_PORT = 20_001;
const TICK_SECONDS = 60;
const POLL_SECONDS = 60;
/** Until the tick that finds it has given up, and the server has worked. */
const WORK_SECONDS = 8;
const PATIENCE_SECONDS = 45 * 60;
const TIMES = 6;

const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
const isWanted = process.env["TIDEMARK_LAB_PACE"] === "real";

interface Pair {
  readonly server: Server;
  readonly ours: ProblemWatch;
  readonly official: ProblemWatch;
}

const at = { host: HOST, port: 0 };
let memcached: Program;
let pairs: readonly Pair[] = [];

describe.skipIf(servers.length === 0 || !isWanted)("a hung memcached, everything as shipped", () => {
  beforeAll(async () => {
    at.port = await freePort(HOST);
    memcached = await startMemcached(at);
    const bench = await Bench.at(HOST);
    bench.configure(["Schedule=* * * * *", "History=1h", `Memcached.main.Uri=tcp://${HOST}:${at.port}`]);
    await bench.start();
    pairs = await Promise.all(servers.map((server, index) => pairOf(server, bench, AGENT_PORT + index)));
  }, 600_000);

  afterAll(() =>
    Promise.all(servers.map(async (server) => deleteTemplate(await Api.login(server), ourTemplate(server)))),
  );

  test("ours tells it within two ticks and a poll, whenever it begins", async () => {
    for (let time = 0; time < TIMES; time++) {
      const struck = Date.now() / 1000;
      memcached.freeze();
      await Promise.all(
        pairs.map(async ({ server, ours }) => {
          const { seen } = await ours.raised("main: Memcached hangs", struck, 2 * PATIENCE_SECONDS);
          tell(`${server.version} ours: problem after ${(seen - struck).toFixed(1)} s`);
          expect(seen - struck).toBeLessThanOrEqual(2 * TICK_SECONDS + POLL_SECONDS + WORK_SECONDS);
        }),
      );
      const mended = Date.now() / 1000;
      memcached.thaw();
      await Promise.all(
        pairs.map(async ({ server, ours }) => {
          const over = await ours.recovered("main: Memcached hangs", PATIENCE_SECONDS);
          tell(`${server.version} ours: over after ${(over - mended).toFixed(1)} s`);
          expect(over - mended).toBeLessThanOrEqual(TICK_SECONDS + POLL_SECONDS + WORK_SECONDS);
        }),
      );
      await pause((7 + 11 * time) * 1000); // another moment of the minute
    }
  }, 3_600_000);

  test("the official one tells it after half an hour", async () => {
    const struck = Date.now() / 1000;
    memcached.freeze();
    await Promise.all(
      pairs.map(async ({ server, ours, official }) => {
        const first = await any(ours, struck);
        tell(`${server.version} ours: "${first.event}" after ${(first.seen - struck).toFixed(1)} s`);
        const other = await any(official, struck);
        tell(`${server.version} official: "${other.event}" after ${(other.seen - struck).toFixed(1)} s`);
        expect(first.seen - struck).toBeLessThan(other.seen - struck);
      }),
    );
    memcached.thaw();
  }, 3_600_000);
});

/** The first problem since. */
function any(watch: ProblemWatch, since: number): Promise<Problem> {
  const there = () => watch.all.find(({ seen }) => seen >= since) ?? Promise.reject(new Error("none"));
  return waitFor(there, { what: "a problem", seconds: PATIENCE_SECONDS }) as Promise<Problem>;
}

async function pairOf(server: Server, bench: Bench, port: number): Promise<Pair> {
  const template = ourTemplate(server);
  await install(await Api.login(server), server, template);
  const place = { kind: "zabbix_agent2", directory: temporaryDirectory(), host: HOST, port } as const;
  await startAgent(server, place, ["Hostname=official"]);
  const ours = await createLinked(server, { name: "trg-hung-ours", at: bench, templates: [template.title] });
  const official = await createLinked(server, {
    name: "trg-hung-official",
    at: { host: HOST, port },
    templates: [OFFICIAL],
    macros: { "{$MEMCACHED.CONN.URI}": `tcp://${HOST}:${at.port}` },
  });
  await discoverNow(ours);
  await waitFor(
    async () => {
      await pause(1000);
      const states = [await ours.items(), await official.items()];
      return (
        states[0]?.get('memcached.state["main"]')?.value === "1" &&
        states[1]?.get("memcached.cpu.sys")?.value !== undefined
      );
    },
    { what: "values of both", seconds: 300 },
  );
  return { server, ours: new ProblemWatch(ours), official: new ProblemWatch(official) };
}

function ourTemplate({ version }: Server) {
  const shipped = templateFiles(version).find(({ file }) => file === "tidemark_memcached.yaml");
  if (shipped === undefined) throw new Error("there is no template for memcached");
  return copied(shipped, "beside the official one");
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
