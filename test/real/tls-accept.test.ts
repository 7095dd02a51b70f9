import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Refusal } from "../../src/transports/refusals.ts";
import { exchange, passiveServer, type Running } from "../unit/transports/loopback.ts";
import { asked, IDENTITY } from "../unit/transports/tls-loopback.ts";
import { address } from "./address.ts";
import type { Issued } from "./certificates.ts";
import { isSkipped } from "./start.ts";
import { Material, ONE, PING, type TlsWay, WAYS } from "./tls-material.ts";
import { waitFor } from "./wait.ts";

const HOST = address(import.meta.url);
const CERT_WAYS = ["cert 1.2", "cert 1.3"] as const;

const LISTS = [
  ["unencrypted"],
  ["psk"],
  ["cert"],
  ["unencrypted", "psk"],
  ["unencrypted", "cert"],
  ["psk", "cert"],
  ["unencrypted", "psk", "cert"],
] as const;

/** Which list of ciphers the directives set, for ways that use it. */
const CIPHERS = [
  { way: "psk 1.2", accept: "psk", line: "TLSCipherPSK=PSK-AES128-GCM-SHA256", used: "PSK-AES128-GCM-SHA256" },
  { way: "psk 1.2", accept: "psk,cert", line: "TLSCipherAll=PSK-AES128-CBC-SHA", used: "PSK-AES128-CBC-SHA" },
  { way: "psk 1.3", accept: "psk", line: "TLSCipherPSK13=TLS_CHACHA20_POLY1305_SHA256" },
  { way: "psk 1.3", accept: "psk,cert", line: "TLSCipherAll13=TLS_CHACHA20_POLY1305_SHA256" },
  { way: "cert 1.2", accept: "cert", line: "TLSCipherCert=AES128-GCM-SHA256", used: "AES128-GCM-SHA256" },
  { way: "cert 1.2", accept: "psk,cert", line: "TLSCipherAll=AES128-SHA", used: "AES128-SHA" },
  { way: "cert 1.3", accept: "cert", line: "TLSCipherCert13=TLS_CHACHA20_POLY1305_SHA256" },
] as const;

let material: Material;
let shown: Issued;
let one: Running;

/** What a refused way counts as: TLS 1.2 finds no cipher for it, on TLS 1.3 it comes as far as what it proves. */
function reasonFor(way: (typeof WAYS)[number], list: readonly string[]): Refusal {
  if (way === "unencrypted" || list.join() === "unencrypted") return "encryption";
  return way === "psk 1.3" && list.includes("cert") ? "certificate" : "handshake";
}

describe.skipIf(isSkipped("openssl"))("a port with TLSAccept", () => {
  beforeAll(async () => {
    material = await Material.make();
    shown = await material.authority.issue("/O=Lab/OU=Mon/CN=server");
  });

  afterEach(() => one.server.close());

  const come = async (way: (typeof WAYS)[number]): Promise<string> =>
    way === "unencrypted"
      ? (await exchange(one.at, PING)).toString("hex")
      : asked(material.client(one.at, way, shown), PING);

  for (const list of LISTS) {
    const isListed = (way: string) => list.some((kind) => way.startsWith(kind));

    test(`=${list} answers what it lists, on TLS 1.2 and 1.3, and nothing else`, async () => {
      one = await passiveServer(HOST, { accept: material.accept(`TLSAccept=${list}`) });
      const answers = await Promise.all(WAYS.map(come));
      expect(answers).toEqual(WAYS.map((way) => (isListed(way) ? ONE : "")));
      const listed = WAYS.filter(isListed);
      expect(one.registry.asked).toHaveLength(listed.length);
      const reasons = WAYS.filter((way) => !isListed(way)).map((way) => reasonFor(way, list));
      const counted = () => [...one.server.refused].flatMap(([reason, count]) => Array(count).fill(reason));
      await waitFor(() => counted().length === reasons.length, { what: `${reasons} to be counted` });
      expect(counted().toSorted()).toEqual(reasons.toSorted());
    });
  }

  for (const { way, accept, line, ...more } of CIPHERS) {
    test(`=${accept} and ${line} takes that cipher`, async () => {
      one = await passiveServer(HOST, { accept: material.accept(`TLSAccept=${accept}`, line) });
      const socket = material.client(one.at, way, shown);
      let used = "";
      socket.once("secureConnect", () => {
        used = socket.getCipher().name;
      });
      expect(await asked(socket, PING)).toBe(ONE);
      expect(used).toBe("used" in more ? more.used : "TLS_CHACHA20_POLY1305_SHA256");
    });
  }

  for (const way of CERT_WAYS) {
    test(`a session that a certificate opened is not resumed without it, nor by naming the key: ${way}`, async () => {
      one = await passiveServer(HOST, { accept: material.accept("TLSAccept=psk,cert") });
      const first = material.client(one.at, way, shown);
      const sessions: Buffer[] = [];
      first.on("session", (session: Buffer) => void sessions.push(session));
      first.once("secureConnect", () => void sessions.push(first.getSession() ?? Buffer.alloc(0)));
      expect(await asked(first, PING)).toBe(ONE);
      const wrong = { identity: IDENTITY, psk: Buffer.alloc(32) };
      for (const session of sessions) {
        const again = material.client(one.at, way, undefined, { session });
        expect(await asked(again, PING)).toBe("");
        const byName = material.client(one.at, way.replace("cert", "psk") as TlsWay, undefined, {
          session,
          pskCallback: () => wrong,
        });
        expect(await asked(byName, PING)).toBe("");
      }
      expect(sessions.length).toBeGreaterThan(0);
      expect(one.registry.asked).toHaveLength(1);
    });
  }
});
