import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { Sampler, told } from "./memcached-sampling.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const LIMIT = 64;

const clients: Socket[] = [];
afterEach(() => release());

function release(): void {
  for (const client of clients.splice(0)) client.destroy();
}

/** Connects until no more clients are served, and one more, so that the backlog of a listener that was switched off is full. */
async function fill(at: { readonly host: string; readonly port: number }): Promise<void> {
  let refused = 0;
  for (let made = 0; made < 2 * LIMIT; made++) {
    const client = connect(at.port, at.host);
    client.on("error", () => undefined);
    clients.push(client);
    client.write("version\r\n");
    if (!(await isServed(client)) && ++refused === 2) return;
  }
  throw new Error(`${2 * LIMIT} clients and no limit`);
}

async function isServed(client: Socket): Promise<boolean> {
  const answer = await Promise.race([
    once(client, "data").then(([bytes]) => String(bytes)),
    new Promise<string>((resolve) => setTimeout(() => resolve(""), 200)),
  ]);
  return answer.startsWith("VERSION");
}

async function uri(): Promise<{ readonly host: string; readonly port: number; readonly text: string }> {
  const port = await freePort(host);
  return { host, port, text: `${host}:${port}` };
}

const cases = [
  {
    option: "maxconns_fast",
    kept: 'refusing connections: new clients are not let in: "ERROR Too many open connections"',
    fresh: /^refusing connections \(failed\): it has too many open connections$/,
  },
  {
    option: "no_maxconns_fast",
    kept: "refusing connections: new clients are not let in: connect timed out after N s, its backlog is full",
    fresh: /^refusing connections \(failed\): connect timed out after [\d.]+ s, its backlog is full$/,
  },
];
for (const { option, kept, fresh } of cases) {
  test(`full with ${option}: refusing connections, with good values over the kept one; up when there is room`, async () => {
    const at = await uri();
    await startMemcached(at, ["-c", String(LIMIT), "-o", option]);
    const sampler = new Sampler([`a.Uri=${at.text}`]);
    expect(await sampler.state()).toBe("up");
    expect(await sampler.state()).toBe("up");
    await fill(at);
    for (const tick of [1, 2]) {
      const sample = await sampler.sample();
      expect(told(sample).replace(/[\d.]+ s\b/, "N s"), `tick ${tick}`).toBe(kept);
      expect(sample.kind === "good" && Number(sample.numbers.get("curr_connections"))).toBeGreaterThan(LIMIT / 2);
    }
    expect(await new Sampler([`a.Uri=${at.text}`]).state()).toMatch(fresh);
    release();
    await waitFor(async () => (await sampler.state()) === "up", { what: "the server to let clients in again" });
  });
}
