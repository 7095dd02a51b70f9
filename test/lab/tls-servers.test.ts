import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address } from "../real/address.ts";
import { Authority, type Issued, pskFile } from "../real/certificates.ts";
import { Bench } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { run } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { type Server, withEachServer } from "./lab.ts";
import { type OwnItem, OwnServer } from "./own-server.ts";
import { PolledHost } from "./polled-host.ts";
import { startProxy } from "./proxy.ts";
import { programOf } from "./version-programs.ts";

/* Servers and proxies with a key and with certificates: they ask tidemark, and take its active checks and its values. */

const HOST = address(import.meta.url);
const KEY = randomBytes(32).toString("hex");
const MODES = ["psk", "cert"] as const;
type Mode = (typeof MODES)[number];

const PASSIVE = "agent.variant";
const ACTIVE = "tidemark.uptime";
const PUSHED = "tidemark.version";
const SENT = "sent.by.zabbix_sender";
const ITEMS: readonly OwnItem[] = [
  { key: PASSIVE, kind: "passive", type: "unsigned" },
  { key: ACTIVE, kind: "active", type: "unsigned" },
  { key: PUSHED, kind: "trapper", type: "char" },
  { key: SENT, kind: "trapper", type: "unsigned" },
];
const ISSUER = "CN=Lab Root CA,O=Lab";
const OURS = { name: "CN=web1,OU=Mon,O=Lab", openssl: "/O=Lab/OU=Mon/CN=web1" };
const THEIRS = { name: "CN=zabbix,OU=Mon,O=Lab", openssl: "/O=Lab/OU=Mon/CN=zabbix" };

let authority: Authority;
let own: Issued;
let theirs: Issued;
let crl: string;

beforeAll(async () => {
  authority = await Authority.make();
  own = await authority.issue(OURS.openssl);
  theirs = await authority.issue(THEIRS.openssl);
  crl = await authority.revocations();
  pskFile(authority.directory, KEY);
});

const hostOf = (mode: Mode, server: Server, who: string) => `sec-${who}-${mode}-${server.version}`;
const files = ({ cert, key }: Issued) => [
  `TLSCAFile=${authority.ca}`,
  `TLSCRLFile=${crl}`,
  `TLSCertFile=${cert}`,
  `TLSKeyFile=${key}`,
];

/** What tells tidemark to do all it does in one way. */
function linesOf(mode: Mode, host: string, to: { readonly host: string; readonly port: number }): readonly string[] {
  const proof =
    mode === "psk"
      ? [`TLSPSKIdentity=${host}`, `TLSPSKFile=${authority.directory}/psk`]
      : [...files(own), `TLSServerCertIssuer=${ISSUER}`, `TLSServerCertSubject=${THEIRS.name}`];
  return [
    `TLSAccept=${mode}`,
    `TLSConnect=${mode}`,
    ...proof,
    `Hostname=${host}`,
    `ServerActive=${to.host}:${to.port}`,
    `Push.own.Server=${to.host}:${to.port}`,
    `Push.own.Host=${host}`,
    `Push.own.Keys=${PUSHED}`,
    "Push.own.Interval=1s",
    "Memcached.Discover=no",
  ];
}

/** The same on the other side: the columns of the database and the parameters of the API have the same names. */
function hostTls(mode: Mode, host: string): Readonly<Record<string, string | number>> {
  const proof =
    mode === "psk" ? { tls_psk_identity: host, tls_psk: KEY } : { tls_issuer: ISSUER, tls_subject: OURS.name };
  const number = { psk: 2, cert: 4 }[mode];
  return { tls_connect: number, tls_accept: number, ...proof };
}

/** Why a test is skipped. */
const told = (program: string | undefined) =>
  program === undefined
    ? ": NOT TESTED, the machine has no such program of this version, nor has TIDEMARK_PROXIES"
    : "";

withEachServer((server) => {
  const program = programOf("zabbix_server", server.version);
  describe.skipIf(program === undefined)(`a server with key and certificate${told(program)}`, () => {
    const benches = new Map<Mode, Bench>();
    const daemons = new Map<Mode, Program>();
    let zabbix: OwnServer | undefined;

    beforeAll(async () => {
      for (const mode of MODES) benches.set(mode, await Bench.at(HOST));
      zabbix = await OwnServer.start({
        beside: server,
        program: program ?? "",
        host: HOST,
        lines: files(theirs),
        hosts: MODES.map((mode) => {
          const name = hostOf(mode, server, "server");
          return { name, at: bench(mode), tls: hostTls(mode, name), items: ITEMS };
        }),
      });
      for (const mode of MODES) {
        bench(mode).configure(linesOf(mode, hostOf(mode, server, "server"), zabbix));
        daemons.set(mode, await bench(mode).launch());
      }
    }, 90_000);
    afterAll(() => zabbix?.stop());

    const bench = (mode: Mode): Bench => benches.get(mode) as Bench;
    const until = (mode: Mode, key: string, value: RegExp) =>
      (zabbix as OwnServer).until(hostOf(mode, server, "server"), key, value);

    for (const mode of MODES) {
      test(`polls by ${mode}`, () => until(mode, PASSIVE, /^2$/));
      test(`takes active checks by ${mode}`, () => until(mode, ACTIVE, /^\d+$/), 180_000);
      test(`takes pushed values by ${mode}`, () => until(mode, PUSHED, /^\d+\.\d+/));

      test(`takes values of tidemark send, and of zabbix_sender with tidemark's configuration, by ${mode}`, async () => {
        const name = hostOf(mode, server, "server");
        const to = zabbix as OwnServer;
        const row = `${name} ${SENT} `;
        const asked = ["-z", to.host, "-p", String(to.port), "-i", "-"];
        const theirs = await run(server.zabbixSender, ["-c", bench(mode).config, ...asked], { input: `${row}41\n` });
        expect(theirs).toMatchObject({ status: 0, stdout: expect.stringContaining("processed: 1; failed: 0") });
        await until(mode, SENT, /^41$/);
        const input = join(bench(mode).directory, "input");
        writeFileSync(input, `${row}42\n`);
        const ours = await bench(mode).command("send", "-z", `${to.host}:${to.port}`, "-i", input);
        expect(ours).toMatchObject({ status: 0, stdout: expect.stringContaining("processed: 1; failed: 0") });
        await until(mode, SENT, /^42$/);
      });
    }

    test("is not asked nor answered once its certificate has another name than it should", async () => {
      const name = hostOf("cert", server, "server");
      const lines = linesOf("cert", name, zabbix as OwnServer);
      bench("cert").configure(lines.map((line) => line.replace("CN=zabbix", "CN=other")));
      const daemon = daemons.get("cert") as Program;
      daemon.signal("SIGHUP");
      const said = [
        `the subject of its certificate is "${THEIRS.name}", which is not "TLSServerCertSubject"`,
        `Closed a connection from ${HOST} without an answer: the subject`,
        `Active checks of host "${name}" at ${HOST}`,
      ];
      for (const text of said) await waitFor(() => daemon.log.includes(text), { what: text, seconds: 30 });
      const noted = () => (zabbix as OwnServer).interfaceError(name) !== "";
      await waitFor(noted, { what: "the server to note it", seconds: 60 });
      bench("cert").configure(lines);
      daemon.signal("SIGHUP");
      const gone = () => !noted();
      await waitFor(gone, { what: "the server to be content again", seconds: 60 });
    }, 180_000);
  });

  const proxyProgram = programOf("zabbix_proxy", server.version);
  for (const mode of MODES) {
    describe.skipIf(proxyProgram === undefined)(
      `a proxy that asks and is sent to by ${mode}${told(proxyProgram)}`,
      () => {
        const name = hostOf(mode, server, "proxy");
        let proxy: Awaited<ReturnType<typeof startProxy>> | undefined;
        let host: PolledHost | undefined;

        beforeAll(async () => {
          const bench = await Bench.at(HOST);
          const lines = [...files(theirs), "TLSConnect=unencrypted"];
          proxy = await startProxy(server, proxyProgram ?? "", { name: `${name} itself`, host: HOST, lines });
          host = await PolledHost.create(server, { name, at: bench });
          await host.api.call("host.update", { hostid: host.id, ...hostTls(mode, name) });
          await proxy.adopt(host.id);
          await host.item(PASSIVE, "unsigned");
          await host.active(ACTIVE, "unsigned");
          await host.trapper(PUSHED, "char");
          bench.configure(linesOf(mode, name, proxy));
          await bench.launch();
        }, 60_000);

        afterAll(async () => {
          await host?.remove();
          await proxy?.remove();
        });

        for (const key of [PASSIVE, ACTIVE, PUSHED]) {
          test(`has a value of ${key}`, async () => {
            const known = async () => (await (host as PolledHost).now(key)).value !== undefined;
            await waitFor(known, { what: `a value of "${key}"`, seconds: 150 });
          }, 160_000);
        }
      },
    );
  }
});
