import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Authority, EXPIRED, type Issued, pskFile } from "./certificates.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { isSkipped, type Outcome, run } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const skipped = isSkipped("zabbix_get") || isSkipped("openssl");
const KEY = randomBytes(32).toString("hex");
const IDENTITY = "PSK 001";

let authority: Authority;
let psk: readonly string[] = [];
let server: Issued;

beforeAll(async () => {
  if (skipped) return;
  authority = await Authority.make();
  server = await authority.issue("/O=Lab/OU=Mon/CN=server");
  psk = pskOptions(IDENTITY, pskFile(authority.directory, KEY));
});

function pskOptions(identity: string, file: string): readonly string[] {
  return ["--tls-connect", "psk", "--tls-psk-identity", identity, "--tls-psk-file", file];
}

function certOptions({ cert, key }: Issued, ca = authority.ca): readonly string[] {
  return ["--tls-connect", "cert", "--tls-ca-file", ca, "--tls-cert-file", cert, "--tls-key-file", key];
}

function get(bench: Bench, ...more: readonly string[]): Promise<Outcome> {
  return run("zabbix_get", ["-s", bench.host, "-p", String(bench.port), "-k", "agent.ping", ...more]);
}

/** A daemon whose readiness is not asked for by a check, which it might refuse. */
async function started(lines: readonly string[]): Promise<{ readonly bench: Bench; readonly daemon: Program }> {
  const bench = await Bench.at(host);
  bench.configure(["Memcached.Discover=no", ...lines]);
  const daemon = await bench.launch();
  await daemon.ready({ host: bench.host, port: bench.port });
  return { bench, daemon };
}

function pskLines(): readonly string[] {
  return [`TLSPSKIdentity=${IDENTITY}`, `TLSPSKFile=${authority.directory}/psk`];
}

async function certLines(subject = "/O=Lab/OU=Mon/CN=agent"): Promise<readonly string[]> {
  const { cert, key } = await authority.issue(subject);
  return [`TLSCAFile=${authority.ca}`, `TLSCertFile=${cert}`, `TLSKeyFile=${key}`];
}

const ANSWERED = { status: 0, stdout: "1\n", stderr: "" };

describe.skipIf(skipped)("zabbix_get", () => {
  test("asks on one port unencrypted, by key and by certificate", async () => {
    const { bench } = await started(["TLSAccept=unencrypted,psk,cert", ...pskLines(), ...(await certLines())]);
    expect(await get(bench)).toMatchObject(ANSWERED);
    expect(await get(bench, ...psk)).toMatchObject(ANSWERED);
    expect(await get(bench, ...certOptions(server))).toMatchObject(ANSWERED);
    const named = [
      "--tls-agent-cert-issuer",
      "CN=Lab Root CA,O=Lab",
      "--tls-agent-cert-subject",
      "CN=agent,OU=Mon,O=Lab",
    ];
    expect(await get(bench, ...certOptions(server), ...named)).toMatchObject(ANSWERED);
  });

  test("is refused what TLSAccept=psk does not list, another identity and another key", async () => {
    const { bench, daemon } = await started(["TLSAccept=psk", ...pskLines()]);
    expect(await get(bench, ...psk)).toMatchObject(ANSWERED);
    const other = pskFile(authority.directory, randomBytes(32).toString("hex"), "other");
    const refused = [
      { options: [], said: /./, logged: 'it came unencrypted, which "TLSAccept" does not list' },
      { options: pskOptions("PSK 002", other), said: /alert: 115/, logged: 'unknown PSK identity "PSK 002"' },
      { options: pskOptions(IDENTITY, other), said: /alert: 20/, logged: "it named the PSK, but has another key" },
      { options: certOptions(server), said: /alert: 40/, logged: "TLS handshake failed: no shared cipher" },
    ];
    // A refused zabbix_get goes on for a second.
    const outcomes = await Promise.all(refused.map(({ options }) => get(bench, ...options)));
    for (const [place, { said, logged }] of refused.entries()) {
      expect(outcomes[place]).toMatchObject({ status: 1 });
      expect(`${outcomes[place]?.stdout}${outcomes[place]?.stderr}`).toMatch(said);
      await waitFor(() => daemon.log.includes(logged), { what: logged });
    }
    expect(daemon.log).not.toContain(KEY);
  });

  test("is refused a certificate that is expired, revoked, foreign, missing, or of another name", async () => {
    const expired = await authority.issue("/O=Lab/OU=Mon/CN=server", EXPIRED);
    const revoked = await authority.issue("/O=Lab/OU=Mon/CN=server");
    const other = await authority.issue("/O=Lab/OU=Mon/CN=other");
    const forged = await (await Authority.make()).issue("/O=Lab/OU=Mon/CN=server");
    const foreign = await (await Authority.make("/CN=Other CA")).issue("/O=Lab/OU=Mon/CN=server");
    const names = ["TLSServerCertIssuer=CN=Lab Root CA,O=Lab", "TLSServerCertSubject=CN=server,OU=Mon,O=Lab"];
    const list = `TLSCRLFile=${await authority.revocations([revoked])}`;
    const { bench, daemon } = await started(["TLSAccept=cert", ...(await certLines()), ...names, list]);
    expect(await get(bench, ...certOptions(server))).toMatchObject(ANSWERED);
    const subject = '"CN=server,OU=Mon,O=Lab"';
    const refused = [
      { by: expired, logged: `its certificate for ${subject} has expired` },
      { by: revoked, logged: `its certificate for ${subject} is revoked` },
      {
        by: other,
        logged: 'the subject of its certificate is "CN=other,OU=Mon,O=Lab", which is not "TLSServerCertSubject"',
      },
      { by: foreign, logged: "it showed no certificate" }, // GnuTLS shows none that the server would not know
      { by: forged, logged: "its certificate or its signature is not genuine" },
    ];
    const outcomes = await Promise.all(
      // Each from an address of its own: a peer's refusals of one kind are logged once a minute.
      refused.map(({ by }, place) => get(bench, ...certOptions(by), "-I", `127.0.1.${place + 1}`)),
    );
    for (const [place, { by }] of refused.entries()) {
      const { status, stderr, stdout } = outcomes[place] ?? {};
      expect(status).toBe(1);
      if (by !== forged) expect(`${stdout}${stderr}`).toContain("Check access restrictions"); // as with agentd
    }
    for (const { logged } of refused) await waitFor(() => daemon.log.includes(logged), { what: logged });
  });
});
