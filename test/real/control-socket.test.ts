import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askControl } from "../../src/transports/control-client.ts";
import { address, freePort } from "./address.ts";
import { temporaryDirectory, tidemark } from "./start.ts";

const host = address(import.meta.url);

/** Starts a daemon with directories of its own but for RunDir, on a port of its own. */
async function daemon(runDirectory: string) {
  const directory = temporaryDirectory();
  const configuration = join(directory, "tidemark.conf");
  const at = { host, port: await freePort(host) };
  const target = `Memcached.nobody.Uri=tcp://${host}:${await freePort(host)}`;
  const directories = `StateDir=${directory}/state\nRunDir=${runDirectory}`;
  writeFileSync(configuration, `ListenIP=${host}\nListenPort=${at.port}\n${directories}\n${target}\n`);
  return tidemark(["run", "-c", configuration], { ready: at });
}

const PING = { request: "passive checks", data: [{ key: "agent.ping" }] };
const PONG = { kind: "ok", value: { version: "7.0.0", variant: 2, data: [{ value: "1", clock: expect.any(Number) }] } };

test("the socket of a daemon that was killed is replaced, that of a living one is not, and it goes at the end", async () => {
  const runDirectory = temporaryDirectory();
  const path = join(runDirectory, "tidemark.sock");
  const first = await daemon(runDirectory);
  await first.ready(async () => (await askControl(path, PING, 2000)).kind === "ok");
  await first.kill();
  expect(existsSync(path)).toBe(true);
  expect(await askControl(path, PING, 2000)).toEqual({
    kind: "malformed",
    reason: `no tidemark answers at "${path}": the socket was left behind by a daemon that is gone`,
  });

  const second = await daemon(runDirectory);
  await second.ready(async () => (await askControl(path, PING, 2000)).kind === "ok");
  const third = await daemon(runDirectory);
  await third.ready(/another tidemark answers there/);
  expect(await askControl(path, PING, 2000)).toEqual(PONG);

  await third.end();
  expect(await askControl(path, PING, 2000)).toEqual(PONG);
  expect(await second.end()).toEqual({ status: 0, signal: null });
  expect(existsSync(path)).toBe(false);
});
