import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { attack } from "../real/passive-hostile.ts";
import { temporaryDirectory, tidemark } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";

const host = address(import.meta.url);

test("100,000 random packets leave no descriptor and no memory behind", async () => {
  const directory = temporaryDirectory();
  const at = { host, port: await freePort(host) };
  const configuration = join(directory, "tidemark.conf");
  const target = `Memcached.nobody.Uri=tcp://${host}:${await freePort(host)}`;
  const place = `ListenIP=${host}\nListenPort=${at.port}\nServer=127.0.0.1`;
  writeFileSync(configuration, `${place}\nStateDir=${directory}/state\nRunDir=${directory}/run\n${target}\n`);
  const daemon = await tidemark(["run", "-c", configuration], { ready: at });
  await attack(at, 10_000, 2);
  const before = { fds: daemon.fds(), rss: daemon.rss() };
  await attack(at, 90_000, 3);
  await waitFor(() => daemon.fds() <= before.fds, { what: "all connections to be closed" });
  expect((daemon.rss() - before.rss) / (1 << 20)).toBeLessThan(30);
  expect(daemon.log.length).toBeLessThan(100_000);
});
