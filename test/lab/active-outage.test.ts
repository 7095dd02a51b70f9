import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { pause, waitFor } from "../real/wait.ts";
import { freeze, type Part } from "./freeze.ts";
import { type Server, withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";
import { Relay, type Weather } from "./relay.ts";
import { addSixtyItems, clocksOfSixty, INSTANCES, SIXTY_KEYS } from "./sixty-items.ts";

/*
 * A real server out of reach for a while, and tidemark killed -9 five times meanwhile: afterwards the server's history
 * holds every sample that tidemark took, once. First the network path is away (nobody listens, then answers are lost,
 * then packets), and with TIDEMARK_LAB_ALONE=1, which says that nobody else uses the lab, the server stands still, then
 * its database. TIDEMARK_OUTAGE_SECONDS is how long each of the three lasts.
 */

const HOST = address(import.meta.url);
const EACH_SECONDS = Number(process.env["TIDEMARK_OUTAGE_SECONDS"] ?? 24);
const KILLS = 5;
/** A queue of so many seconds is none: values are gathered, and the machine may be busy. */
const FEW_SECONDS = 8;
/** Values a second; the bench tells how much quicker it is when nothing else goes on. */
const SLOWEST = 500;
const WEATHERS: readonly Weather[] = ["refuse", "deaf", "hang"];
const PARTS: readonly Part[] = process.env["TIDEMARK_LAB_ALONE"] === "1" ? ["server", "postgresql"] : [];
const STAGES: readonly Stage[] = [
  ...WEATHERS.map((way) => ({ way, seconds: EACH_SECONDS / WEATHERS.length })),
  ...PARTS.map((way) => ({ way, seconds: EACH_SECONDS })),
];
const AWAY_SECONDS = STAGES.reduce((sum, { seconds }) => sum + seconds, 0);

/** What is away, and how long. */
interface Stage {
  readonly way: Weather | Part;
  readonly seconds: number;
}

const at = { host: HOST, port: 0 };

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
});

withEachServer((server) => {
  test(
    `${SIXTY_KEYS.length} items a second through ${AWAY_SECONDS} s of outage and ${KILLS} kills`,
    async () => {
      const host = await hostWithItems(server);
      const relay = new Relay({ host: HOST, port: await freePort(HOST) }, server);
      afterAll(() => relay.close());
      const bench = await configured(relay);
      await relay.turn("pass");
      let daemon = await bench.start();
      for (const name of INSTANCES) await host.until(`memcached.state[${name}]`, "1");
      const mend = await outages({ relay, server }, async () => {
        await daemon.kill();
        daemon = await bench.start();
      });
      const ended = Date.now();
      await mend();
      const queued = async () => Number(await bench.get(`tidemark.outbox.size[${HOST}:${relay.at.port}]`));
      const waited = await queued();
      await waitFor(async () => (await queued()) < FEW_SECONDS * SIXTY_KEYS.length, {
        what: "an empty queue",
        seconds: 60 + waited / SLOWEST,
      });
      process.stderr.write(
        `${server.version}: ${waited} values waited; gone ${(Date.now() - ended) / 1000} s after the end\n`,
      );
      await untilSeen(host, ended / 1000);
      await daemon.end();
      await expectEverySample(host, { state: bench.state, until: ended / 1000 });
    },
    (2 * AWAY_SECONDS + 300) * 1000,
  );
});

interface Path {
  readonly relay: Relay;
  readonly server: Server;
}

/** Every stage in turn, kills spread over all of them; answers what ends the last one. */
async function outages(path: Path, kill: () => Promise<void>): Promise<() => Promise<void>> {
  let mend = () => Promise.resolve();
  const turn = async (way: Stage["way"]) => {
    await mend();
    mend = await away(way, path);
  };
  const began = Date.now();
  for (const { at, happen } of [...turns(turn), ...kills(kill)].sort((one, other) => one.at - other.at)) {
    await pause(Math.max(0, began + at * 1000 - Date.now()));
    await happen();
  }
  await pause(Math.max(0, began + AWAY_SECONDS * 1000 - Date.now()));
  return mend;
}

/** What happens so many seconds after the start. */
interface Event {
  readonly at: number;
  readonly happen: () => Promise<void>;
}

function turns(turn: (way: Stage["way"]) => Promise<void>): readonly Event[] {
  return STAGES.map(({ way }, place) => ({
    at: STAGES.slice(0, place).reduce((sum, { seconds }) => sum + seconds, 0),
    happen: () => turn(way),
  }));
}

/** In the middle of equal parts of the time. */
function kills(kill: () => Promise<void>): readonly Event[] {
  return Array.from({ length: KILLS }, (_, place) => ({ at: (AWAY_SECONDS * (place + 0.5)) / KILLS, happen: kill }));
}

/** Puts the server out of reach; answers what brings it back. */
async function away(way: Stage["way"], { relay, server }: Path): Promise<() => Promise<void>> {
  if (way !== "server" && way !== "postgresql") {
    await relay.turn(way);
    return () => relay.turn("pass");
  }
  const thaw = freeze(server.version, way);
  return async () => thaw();
}

async function hostWithItems(server: Server): Promise<PolledHost> {
  const host = await PolledHost.create(server, { name: "tidemark outage", at: { host: HOST, port: 1 } });
  await addSixtyItems(host);
  return host;
}

async function configured(relay: Relay): Promise<Bench> {
  const bench = await Bench.at(HOST);
  bench.configure([
    "Hostname=tidemark outage",
    `ServerActive=${relay.at.host}:${relay.at.port}`,
    "RefreshActiveChecks=2",
    "BufferSend=1",
    `History=${AWAY_SECONDS + 300}s`,
    ...INSTANCES.map((name) => `Memcached.${name}.Uri=tcp://${HOST}:${at.port}`),
  ]);
  return bench;
}

/** Waits until the history of every item has reached an instant: a server writes values later than it takes them. */
async function untilSeen(host: PolledHost, clock: number): Promise<void> {
  for (const key of SIXTY_KEYS) {
    const seen = async () => ((await host.history(key)).at(-1)?.clock ?? 0) > clock;
    await waitFor(seen, { what: `values of "${key}" from after the outage`, seconds: 60 });
  }
}

/** Row by row: the clocks of each item against those of the samples in tidemark's journal. */
async function expectEverySample(
  host: PolledHost,
  { state, until }: { readonly state: string; readonly until: number },
): Promise<void> {
  for (const [key, taken] of clocksOfSixty(state)) {
    const history = await host.history(key);
    const [first, last] = [history[0]?.clock ?? 0, history.at(-1)?.clock ?? 0];
    const expected = taken.filter((clock) => clock >= first - 0.001 && clock <= last + 0.001);
    expect({ key, clocks: history.map(({ clock }) => clock.toFixed(3)) }).toEqual({
      key,
      clocks: expected.map((clock) => clock.toFixed(3)),
    });
    expect(last).toBeGreaterThan(until);
    expect(expected.length).toBeGreaterThan(AWAY_SECONDS * 0.5);
  }
}
