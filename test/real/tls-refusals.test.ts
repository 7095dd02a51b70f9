import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PassiveOptions } from "../../src/transports/passive-server.ts";
import { REFUSALS, type Refusal } from "../../src/transports/refusals.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { asker, exchange, passiveServer, type Running } from "../unit/transports/loopback.ts";
import { clientHello12, clientHello13, clientKeyExchange12 } from "../unit/transports/tls-hello.ts";
import { asked, IDENTITY, key } from "../unit/transports/tls-loopback.ts";
import { address } from "./address.ts";
import { Authority, EXPIRED, type Issued, NOT_YET } from "./certificates.ts";
import { isSkipped } from "./start.ts";
import { Material, ONE, PING } from "./tls-material.ts";
import { waitFor } from "./wait.ts";

/* Every reason for which a connection is refused, by a peer that comes so. */

const HOST = address(import.meta.url);
const OTHER_KEY = "ff".repeat(32);
const SUBJECT = '"CN=server,OU=Mon,O=Lab"';
const VERSIONS = ["1.2", "1.3"] as const;

interface Case {
  readonly reason: Refusal;
  /** What the log line says of it. */
  readonly found: string;
  /** Comes, and resolves to what came back, in hex. */
  come(one: Running): Promise<string>;
  readonly options?: Partial<PassiveOptions>;
}

let material: Material;
const shown = new Map<string, Issued>();
const lists = new Map<string, string>();

const plain = async (one: Running, bytes: Uint8Array): Promise<string> =>
  (await exchange(one.at, bytes)).toString("hex");

/** Comes and says nothing more while so much time goes by. */
async function late(one: Running, bytes: Uint8Array): Promise<string> {
  const slow = await asker(one.at);
  await slow.send(bytes);
  const other = await asker(one.at); // when it is answered the first one was noticed, too
  await other.send(PING);
  await other.closed;
  one.clock.move(4);
  return (await slow.closed).toString("hex");
}

const WITHOUT_TLS: readonly Case[] = [
  {
    reason: "peer",
    found: 'its address is not in "Server"',
    come: (one) => plain(one, PING),
    options: { peers: { admits: () => false } },
  },
  { reason: "malformed", found: "unknown packet flags", come: (one) => plain(one, Buffer.from("5a4258447f", "hex")) },
  {
    reason: "timeout",
    found: "it sent no complete request within 3 s",
    come: (one) => late(one, PING.subarray(0, 9)),
  },
  {
    reason: "crowded",
    found: "more than 5 bytes waiting in all connections",
    come: (one) => plain(one, PING.subarray(0, 9)),
    options: { limits: { connections: 100, held: 5 } },
  },
  {
    reason: "rate",
    found: '"PeerRate"',
    come: async (one) => [await plain(one, PING), await plain(one, PING), await plain(one, PING)].at(-1) ?? "",
    options: { peerRate: 1 },
  },
  { reason: "failed", found: "a bug", come: (one) => plain(one, encodePacket(Buffer.from("bug"))) },
];

const WITH_KEY: readonly Case[] = [
  { reason: "encryption", found: "it came unencrypted", come: (one) => plain(one, PING) },
  { reason: "handshake", found: "TLS handshake failed", come: (one) => plain(one, Buffer.from("16ffffffff", "hex")) },
  {
    reason: "timeout",
    found: "it finished no TLS handshake within 3 s",
    come: async (one) => (await late(one, clientHello12())).slice(0, 0),
  },
  ...VERSIONS.flatMap((version): readonly Case[] => [
    {
      reason: "identity",
      found: 'unknown PSK identity "PSK 002"',
      come: (one) => asked(material.client(one.at, `psk ${version}`, undefined, { pskCallback: key("PSK 002") }), PING),
    },
    {
      reason: "key",
      found: "it named the PSK, but has another key",
      come: (one) => {
        const pskCallback = key(IDENTITY, OTHER_KEY);
        return asked(material.client(one.at, `psk ${version}`, undefined, { pskCallback }), PING);
      },
    },
  ]),
];

interface CertificateCase extends Pick<Case, "reason" | "found"> {
  readonly show?: string;
  readonly list?: string;
}

const WITH_CERTIFICATE: readonly CertificateCase[] = [
  { reason: "certificate", found: "it showed no certificate" },
  { reason: "certificate", show: "foreign", found: 'its certificate for "CN=server" is not trusted' },
  { reason: "certificate", show: "forged", found: "its certificate or its signature is not genuine" },
  { reason: "certificate", show: "good", list: "expired", found: 'the list in "TLSCRLFile" has expired' },
  { reason: "certificate", show: "below", list: "empty", found: '"TLSCRLFile" has no list of the authority' },
  { reason: "expired", show: "expired", found: `its certificate for ${SUBJECT} has expired` },
  { reason: "expired", show: "not yet", found: `its certificate for ${SUBJECT} is not valid yet` },
  { reason: "revoked", show: "revoked", list: "revoked", found: `its certificate for ${SUBJECT} is revoked` },
  { reason: "issuer", show: "below", found: 'the issuer of its certificate is "CN=Below,O=Lab"' },
  { reason: "subject", show: "other", found: 'the subject of its certificate is "CN=other,OU=Mon,O=Lab"' },
];

async function makeCertificates(): Promise<void> {
  const { authority } = material;
  const [foreign, forging, below] = await Promise.all([
    Authority.make("/CN=Other CA"),
    Authority.make(),
    authority.intermediate("/O=Lab/CN=Below"),
  ]);
  const server = "/O=Lab/OU=Mon/CN=server";
  const made = {
    good: authority.issue(server),
    revoked: authority.issue(server),
    other: authority.issue("/O=Lab/OU=Mon/CN=other"),
    expired: authority.issue(server, EXPIRED),
    "not yet": authority.issue(server, NOT_YET),
    foreign: foreign.issue("/CN=server"),
    forged: forging.issue(server),
    below: below.issue(server).then((leaf) => withChain(leaf, below)),
  };
  for (const [name, issued] of Object.entries(made)) shown.set(name, await issued);
  lists.set("empty", await authority.revocations());
  lists.set("revoked", await authority.revocations([await made.revoked]));
  lists.set("expired", await authority.revocations([], { expired: true }));
  lists.set("both", join(authority.directory, "both.crl"));
  const both = [lists.get("empty") ?? "", await below.revocations()];
  writeFileSync(lists.get("both") ?? "", both.map((path) => readFileSync(path, "utf8")).join(""));
}

/** With the certificate of its authority behind it. */
function withChain(leaf: Issued, by: Authority): Issued {
  const cert = `${leaf.cert}.chain`;
  writeFileSync(cert, `${readFileSync(leaf.cert, "utf8")}${readFileSync(by.ca, "utf8")}`);
  return { ...leaf, cert };
}

const NAMES = ["TLSServerCertIssuer=CN=Lab Root CA,O=Lab", "TLSServerCertSubject=CN=server,OU=Mon,O=Lab"];
const listed = (list?: string): readonly string[] => (list === undefined ? [] : [`TLSCRLFile=${lists.get(list)}`]);

let one: Running;

async function started(lines: readonly string[], options: Partial<PassiveOptions> = {}): Promise<void> {
  one = await passiveServer(HOST, { accept: material.accept(...lines), ...options });
}

/** The peer of a case comes: it gets nothing, is counted once for the reason, and once told of. */
async function expectRefused({ reason, found, come }: Case): Promise<void> {
  expect(await come(one)).toBe("");
  const counted = () => [...one.server.refused].flatMap(([name, count]) => Array(count).fill(name));
  await waitFor(() => counted().length > 0, { what: `${reason} to be counted` });
  expect(counted()).toEqual([reason]);
  expect(one.log.lines).toEqual([expect.stringContaining(found)]);
  expect(one.log.lines[0]).toContain("Closed a connection from 127.0.0.1 without an answer: ");
}

describe.skipIf(isSkipped("openssl"))("refused", () => {
  beforeAll(async () => {
    material = await Material.make();
    await makeCertificates();
  });

  afterEach(() => one.server.close());

  for (const { options = {}, ...peer } of WITHOUT_TLS) {
    test(`${peer.reason}: ${peer.found}`, async () => {
      await started(["TLSAccept=unencrypted"], options);
      await expectRefused(peer);
    });
  }

  for (const peer of WITH_KEY) {
    test(`${peer.reason}: ${peer.found}`, async () => {
      await started([`TLSAccept=${peer.found.includes("finished") ? "unencrypted," : ""}psk`]);
      await expectRefused(peer);
      expect(await asked(material.client(one.at, "psk 1.3"), PING)).toBe(ONE);
    });
  }

  for (const version of VERSIONS) {
    for (const { show, list, ...peer } of WITH_CERTIFICATE) {
      test(`${peer.reason} on TLS ${version}: ${peer.found}`, async () => {
        await started(["TLSAccept=cert", ...NAMES, ...listed(list)]);
        const own = show === undefined ? undefined : shown.get(show);
        await expectRefused({ ...peer, come: (at) => asked(material.client(at.at, `cert ${version}`, own), PING) });
        expect(one.registry.asked).toEqual([]);
      });
    }

    test(`nobody whose certificate is good on TLS ${version}, also of an authority below with its list`, async () => {
      await started(["TLSAccept=cert", ...NAMES, ...listed("revoked")]);
      expect(await asked(material.client(one.at, `cert ${version}`, shown.get("good")), PING)).toBe(ONE);
      await one.server.close();
      await started(["TLSAccept=cert", ...listed("both")]);
      expect(await asked(material.client(one.at, `cert ${version}`, shown.get("below")), PING)).toBe(ONE);
    });
  }

  test("each reason that there is has a case here", () => {
    const cases = [...WITHOUT_TLS, ...WITH_KEY, ...WITH_CERTIFICATE];
    expect(new Set(cases.map(({ reason }) => reason))).toEqual(new Set(REFUSALS));
  });

  test("who proved nothing is told neither our identity nor anything of an instance, in whatever it is sent", async () => {
    await started(["TLSAccept=psk"]);
    const modern = await asker(one.at);
    await modern.send(clientHello13({ identity: Buffer.from("x") }));
    const old = await asker(one.at);
    await old.send(clientHello12());
    await old.answered;
    await old.send(clientKeyExchange12(Buffer.from("x")));
    for (const bytes of [await modern.closed, await old.closed]) {
      expect(bytes.includes(IDENTITY)).toBe(false);
      expect(bytes.length).toBeLessThan(200);
    }
    expect(one.registry.asked).toEqual([]);
  });
});
