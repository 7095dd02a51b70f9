import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { type AgentPlace, startAgent } from "./agents.ts";
import { type Coverage, coverage, type Stored } from "./coverage.ts";
import { type Server, withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";
import { Relay } from "./relay.ts";
import { addSixtyItems, clocksOfSixty, INSTANCES, SIXTY_KEYS } from "./sixty-items.ts";
import { storedCount, storedRows } from "./stored-rows.ts";

/*
 * tidemark and Zabbix's own agents, each with 60 active checks a second, on one network path to one server. A sixth of
 * the time the path is cut: first answers are lost, then packets vanish, then nobody listens. In the middle of that all
 * of them are killed -9 and started again. TIDEMARK_SIDE_BY_SIDE_SECONDS is how long it takes; the table tells what the
 * server's database has afterwards.
 */

const HOST = address(import.meta.url);
const SECONDS = Number(process.env["TIDEMARK_SIDE_BY_SIDE_SECONDS"] ?? 0);
const AWAY_SECONDS = SECONDS / 6;
/** Until everything that one of them still has is stored, or nothing more comes. */
const PATIENCE_SECONDS = 120;
const FIRST_PORTS = { "6.0": 20_001, "7.0": 20_011 } as const;

/** One of those that are compared. */
interface Rival {
  readonly name: string;
  readonly host: PolledHost;
  readonly start: () => Promise<Program>;
}

interface Spans {
  /** Whole seconds that are looked at. */
  readonly from: number;
  readonly until: number;
  /** The path was cut, and was whole again. */
  readonly cut: number;
  readonly back: number;
}

if (SECONDS === 0) {
  process.stderr.write("\nTIDEMARK_SIDE_BY_SIDE_SECONDS is not set: tidemark and the agents are not compared.\n\n");
}

withEachServer((server) => {
  test.skipIf(SECONDS === 0)(
    `${SECONDS} s side by side with Zabbix's agents, ${AWAY_SECONDS} s of it without the server`,
    async () => {
      const relay = new Relay({ host: HOST, port: await freePort(HOST) }, server);
      afterAll(() => relay.close());
      await relay.turn("pass");
      const bench = await tidemarkBench(relay);
      const rivals = [await tidemarkRival(server, bench), ...(await agentRivals(server, relay))];
      const running = await Promise.all(rivals.map(({ start }) => start()));
      for (const rival of rivals) await untilDelivering(rival);

      const from = Math.ceil(Date.now() / 1000);
      await pause(AWAY_SECONDS * 2000);
      const cut = Date.now() / 1000;
      await relay.turn("deaf");
      await pause(AWAY_SECONDS * 20);
      await relay.turn("hang");
      await pause(AWAY_SECONDS * 480);
      await Promise.all(
        rivals.map(async ({ start }, at) => {
          await running[at]?.kill();
          running[at] = await start();
        }),
      );
      await relay.turn("refuse");
      await pause((cut + AWAY_SECONDS) * 1000 - Date.now());
      await relay.turn("pass");
      const back = Date.now() / 1000;
      const drained = Promise.all(rivals.map((rival) => drainSeconds(rival, { cut, back })));
      await pause(Math.max(0, (from + SECONDS) * 1000 - Date.now()));
      const spans = { from, until: from + SECONDS, cut, back };
      const seconds = await drained;
      for (const rival of rivals) await untilStored(rival, spans.until);
      await Promise.all(running.map((program) => program.end()));

      const rows = rivals.map(({ host }) => storedRows(server, host.id));
      const results = rows.map((stored) => coverage(stored, { items: SIXTY_KEYS.length, ...spans }));
      process.stderr.write(table(server, rivals, { results, seconds, notTaken: notTaken(bench, spans) }));
      if (server.version !== "6.0") expect(results[0]).toMatchObject({ backwards: 0 }); // which shuffles, see docs/push.md
      await expectEverySample(rivals[0]?.host, { rows: rows[0] ?? [], bench, spans });
    },
    (SECONDS + 600) * 1000,
  );
});

async function tidemarkBench(relay: Relay): Promise<Bench> {
  const at = { host: HOST, port: await freePort(HOST) };
  await startMemcached(at);
  const bench = await Bench.at(HOST);
  bench.configure([
    "Hostname=tidemark side by side",
    `ServerActive=${relay.at.host}:${relay.at.port}`,
    `History=${SECONDS + 900}s`,
    ...INSTANCES.map((name) => `Memcached.${name}.Uri=tcp://${HOST}:${at.port}`),
  ]);
  return bench;
}

async function tidemarkRival(server: Server, bench: Bench): Promise<Rival> {
  const host = await PolledHost.create(server, { name: "tidemark side by side", at: bench });
  await addSixtyItems(host);
  return { name: "tidemark", host, start: () => bench.start() };
}

/** The agents in their default settings; one of them with its buffer on disk. */
async function agentRivals(server: Server, relay: Relay): Promise<readonly Rival[]> {
  const directory = temporaryDirectory();
  const first = FIRST_PORTS[server.version]; // both versions may be compared at once
  const persistent = ["EnablePersistentBuffer=1", `PersistentBufferFile=${join(directory, "buffer.db")}`];
  return [
    await agentRival(server, relay, { name: "agent 2", kind: "zabbix_agent2", directory, port: first }, []),
    await agentRival(
      server,
      relay,
      { name: "agent 2, persistent buffer", kind: "zabbix_agent2", directory, port: first + 1 },
      persistent,
    ),
    await agentRival(server, relay, { name: "agentd", kind: "zabbix_agentd", directory, port: first + 2 }, []),
  ];
}

async function agentRival(
  server: Server,
  relay: Relay,
  { name, ...place }: Omit<AgentPlace, "host"> & { readonly name: string },
  lines: readonly string[],
): Promise<Rival> {
  const at = { ...place, host: HOST };
  const hostname = `tidemark side by side ${place.port}`;
  const host = await PolledHost.create(server, { name: hostname, at });
  for (let item = 0; item < SIXTY_KEYS.length; item++) {
    const file = join(place.directory, `${item}`);
    writeFileSync(file, "x".repeat(item));
    await host.active(`vfs.file.size[${file}]`, "unsigned");
  }
  const path = `ServerActive=${relay.at.host}:${relay.at.port}`;
  return { name, host, start: () => startAgent(server, at, [`Hostname=${hostname}`, path, ...lines]) };
}

async function untilDelivering({ name, host }: Rival): Promise<void> {
  const all = async () => [...(await host.items()).values()].every(({ value }) => value !== undefined);
  await waitFor(all, { what: `values of all items of ${name}`, seconds: 180 });
}

/** How long after the return a value of the time without a server was stored last. */
async function drainSeconds({ host }: Rival, { cut, back }: Pick<Spans, "cut" | "back">): Promise<number> {
  let last = back;
  let before = -1;
  while (Date.now() / 1000 < last + PATIENCE_SECONDS) {
    const count = await storedCount(host.api, host.id, { from: cut, till: back });
    if (count !== before) last = Date.now() / 1000;
    before = count;
    await pause(1000);
  }
  return last - back;
}

/** The server writes values later than it takes them. What has not come then is lost. */
async function untilStored({ host }: Rival, until: number): Promise<void> {
  const there = async () =>
    (await storedCount(host.api, host.id, { from: until + 1, till: until + 60 })) >= SIXTY_KEYS.length;
  await waitFor(there, { what: "values from after the end", seconds: 60 }).catch(() => undefined);
}

/** What tidemark had no value of, since it was not running or the sample failed: a machine may be too busy. */
function notTaken({ state }: Bench, { from, until }: Spans): number {
  const taken = [...clocksOfSixty(state)].flatMap(([itemid, clocks]) => clocks.map((clock) => ({ itemid, clock })));
  return coverage(taken, { items: SIXTY_KEYS.length, from, until }).lost;
}

/**
 * Row by row: the clocks of each of tidemark's items against those of the samples in its journal. Servers 6.0 may store
 * them in another order than they were sent in: see docs/push.md.
 */
async function expectEverySample(
  host: PolledHost | undefined,
  { rows, bench, spans }: { readonly rows: readonly Stored[]; readonly bench: Bench; readonly spans: Spans },
): Promise<void> {
  const inTime = (clock: number) => clock >= spans.from && clock < spans.until;
  for (const [key, taken] of clocksOfSixty(bench.state)) {
    const { itemid } = (await host?.row(key)) ?? {};
    const stored = rows
      .filter((row) => row.itemid === itemid)
      .map(({ clock }) => clock)
      .sort((one, other) => one - other);
    expect({ key, clocks: stored.filter(inTime).map((clock) => clock.toFixed(3)) }).toEqual({
      key,
      clocks: taken.filter(inTime).map((clock) => clock.toFixed(3)),
    });
  }
}

const HEAD = ["", "due", "stored", "lost", "doubled", "not rising", "longest gap", "drained in"] as const;

interface Figures {
  readonly results: readonly Coverage[];
  /** Until each was drained. */
  readonly seconds: readonly number[];
  /** Values that tidemark never had. */
  readonly notTaken: number;
}

function table(
  { version }: Server,
  rivals: readonly Rival[],
  { results, seconds, notTaken: without }: Figures,
): string {
  const rows = rivals.map(({ name }, at) => cells(name, results[at], seconds[at] ?? 0));
  const lines = [HEAD, HEAD.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return `\nZabbix ${version}, ${SECONDS} s, ${AWAY_SECONDS} s without the server, all killed once:\n${lines.join("\n")}\n\ntidemark itself had no value in ${without} of those seconds.\n\n`;
}

function cells(name: string, result: Coverage | undefined, seconds: number): readonly string[] {
  if (result === undefined) return [name];
  const { due, stored, lost, doubled, backwards, longestGap } = result;
  return [name, ...[due, stored, lost, doubled, backwards].map(String), `${longestGap} s`, `${seconds.toFixed(0)} s`];
}
