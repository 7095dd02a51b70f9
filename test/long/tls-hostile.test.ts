import { expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { address } from "../real/address.ts";
import { Authority, pskFile } from "../real/certificates.ts";
import { Bench } from "../real/daemon.ts";
import { attackHandshakes } from "../real/tls-hostile.ts";
import { waitFor } from "../real/wait.ts";
import { asked, IDENTITY, KEY, pskClient } from "../unit/transports/tls-loopback.ts";

const PING = encodePacket(Buffer.from("agent.ping"));
const ONE = "5a42584401010000000000000031";

test("100,000 random handshakes leave no descriptor and no memory behind", async () => {
  const authority = await Authority.make();
  const { cert, key } = await authority.issue("/CN=own");
  const bench = await Bench.at(address(import.meta.url));
  bench.configure([
    "TLSAccept=psk,cert",
    `TLSPSKIdentity=${IDENTITY}`,
    `TLSPSKFile=${pskFile(authority.directory, KEY)}`,
    `TLSCAFile=${authority.ca}`,
    `TLSCertFile=${cert}`,
    `TLSKeyFile=${key}`,
  ]);
  const daemon = await bench.launch();
  await daemon.ready(bench);
  await attackHandshakes(bench, 10_000, 2);
  const before = { fds: daemon.fds(), rss: daemon.rss() };
  await attackHandshakes(bench, 90_000, 3);
  await waitFor(() => daemon.fds() <= before.fds, { what: "all connections to be closed" });
  expect((daemon.rss() - before.rss) / (1 << 20)).toBeLessThan(30);
  expect(daemon.log.length).toBeLessThan(100_000);
  expect(await asked(pskClient(bench), PING)).toBe(ONE);
});
