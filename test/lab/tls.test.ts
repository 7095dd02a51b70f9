import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { address } from "../real/address.ts";
import { Authority, type Issued, pskFile } from "../real/certificates.ts";
import { Bench } from "../real/daemon.ts";
import { run } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";

/* Servers with a pre-shared key, both ways; zabbix_get with certificates, for which the servers would need one, too. */

const HOST = address(import.meta.url);
const ENCRYPTED_BY_KEY = 2;
const ACTIVE = 7;
const UNSIGNED = 3;

let authority: Authority;
let own: Issued;

beforeAll(async () => {
  authority = await Authority.make();
  own = await authority.issue("/O=Lab/OU=Mon/CN=agent");
});

withEachServer((server) => {
  const name = `tidemark-tls-${server.version}`;
  const hex = randomBytes(32).toString("hex");
  let host: PolledHost;
  let bench: Bench;
  let psk: string;

  beforeAll(async () => {
    psk = pskFile(authority.directory, hex, `psk-${server.version}`);
    bench = await Bench.at(HOST);
    bench.configure([
      "TLSAccept=psk,cert",
      "TLSConnect=psk",
      `TLSPSKIdentity=${name}`,
      `TLSPSKFile=${psk}`,
      `TLSCAFile=${authority.ca}`,
      `TLSCertFile=${own.cert}`,
      `TLSKeyFile=${own.key}`,
      `ServerActive=${server.host}:${server.port}`,
      `Hostname=${name}`,
    ]);
    host = await PolledHost.create(server, { name, at: bench });
    const secret = { tls_psk_identity: name, tls_psk: hex };
    const mode = { tls_connect: ENCRYPTED_BY_KEY, tls_accept: ENCRYPTED_BY_KEY };
    await host.api.call("host.update", { hostid: host.id, ...mode, ...secret });
    await host.item("agent.variant", "unsigned");
    const active = { hostid: host.id, key_: "tidemark.uptime", name: "active", type: ACTIVE, value_type: UNSIGNED };
    await host.api.create("item", { ...active, delay: "1s" });
    const daemon = await bench.launch();
    await daemon.ready(bench);
  });

  test("polls with the key", async () => {
    await host.until("agent.variant", "2");
    await host.untilAvailable();
  });

  test("takes active checks with the key", async () => {
    const known = async () => (await host.now("tidemark.uptime")).value !== undefined;
    await waitFor(known, { what: "a value of an active check", seconds: 180 });
  });

  const get = (...more: readonly string[]) =>
    run(server.zabbixGet, ["-s", HOST, "-p", String(bench.port), "-k", "agent.variant", ...more]);
  const answered = { status: 0, stdout: "2\n", stderr: "" };

  test("zabbix_get asks with key and certificate, and is refused without", async () => {
    const key = ["--tls-psk-identity", name, "--tls-psk-file", psk];
    expect(await get("--tls-connect", "psk", ...key)).toMatchObject(answered);
    const client = await authority.issue("/O=Lab/OU=Mon/CN=server");
    const files = ["--tls-ca-file", authority.ca, "--tls-cert-file", client.cert, "--tls-key-file", client.key];
    const named = ["--tls-agent-cert-subject", "CN=agent,OU=Mon,O=Lab"];
    expect(await get("--tls-connect", "cert", ...files, ...named)).toMatchObject(answered);
    expect((await get()).status).toBe(1);
  });
});
