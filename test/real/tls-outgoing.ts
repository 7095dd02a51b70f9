import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { diskFiles } from "../../src/config/files.ts";
import { realIo } from "../../src/io/real-io.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type Place, tlsOf } from "../unit/transports/tls-loopback.ts";
import { lowPort } from "./address.ts";
import { Authority, type Issued, pskFile } from "./certificates.ts";
import { isSkipped, start, temporaryDirectory } from "./start.ts";

/*
 * Agents in the place of servers: they are built with the same libraries and options, zabbix_agentd with GnuTLS and
 * zabbix_agent2 with OpenSSL, and take connections in the same way.
 */

const KEY = randomBytes(32).toString("hex");

const top = temporaryDirectory();
const io = realIo();

let authority: Authority;
let server: Issued;
let own: Issued;

beforeAll(async () => {
  if (isSkipped("openssl")) return;
  authority = await Authority.make();
  server = await authority.issue("/O=Lab/OU=Mon/CN=server");
  own = await authority.issue("/O=Lab/OU=Mon/CN=tidemark");
  pskFile(authority.directory, KEY);
  pskFile(authority.directory, randomBytes(32).toString("hex"), "other");
});

/** The TLS directives of one side. */
function pskLines(identity: string, file = "psk"): readonly string[] {
  return [`TLSPSKIdentity=${identity}`, `TLSPSKFile=${authority.directory}/${file}`];
}

function certLines({ cert, key }: Issued): readonly string[] {
  return [`TLSCAFile=${authority.ca}`, `TLSCertFile=${cert}`, `TLSKeyFile=${key}`];
}

const ANSWERED = { answer: "1", error: "" };
/** An alert, or just the end. */
const HANDSHAKE_ENDED = /alert|before secure TLS connection|ECONNRESET/;

/** Only OpenSSL knows TLS 1.3, where a server may go on with its certificate. */
const NO_KEY = { zabbix_agentd: HANDSHAKE_ENDED, zabbix_agent2: /certificate/ } as const;

export type Agent = "zabbix_agentd" | "zabbix_agent2";

export interface AgentAt {
  readonly program: string;
  /** An address of the test file's own. */
  readonly host: string;
}

async function started(agent: Agent, { program, host }: AgentAt, lines: readonly string[]): Promise<number> {
  const port = await lowPort(host);
  const path = join(top, `${agent}-${port}.conf`);
  const place = ["LogType=console", "Server=127.0.0.0/8", "Hostname=x", `ListenIP=${host}`, `ListenPort=${port}`];
  const sockets = [`ControlSocket=${path}.control`, `PluginSocket=${path}.plugin`];
  const kind = agent === "zabbix_agentd" ? ["AllowRoot=1", "StartAgents=1"] : sockets;
  writeFileSync(path, `${[...place, ...kind, `PidFile=${path}.pid`, ...lines].join("\n")}\n`);
  const foreground = agent === "zabbix_agentd" ? ["-f"] : [];
  await start(program, [...foreground, "-c", path], { ready: { host, port } });
  return port;
}

/** What a connection with these directives brings for agent.ping ("" when it does not open), and its error. */
function askedAt(at: Place, lines: readonly string[]): Promise<{ readonly answer: string; readonly error: string }> {
  const { connect: tls } = tlsOf(["TLSAccept=unencrypted", ...lines], diskFiles);
  if (tls === undefined) throw new Error("it would connect without encryption");
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const socket = io.connect({ kind: "tcp", ...at }, { tls });
    let error = "";
    socket.on("error", ({ message }) => {
      error = message;
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("close", () => resolve({ answer: Buffer.concat(chunks).subarray(13).toString(), error }));
    socket.write(encodePacket(Buffer.from("agent.ping"))); // before the handshake, as transports do
  });
}

/** All ways in which tidemark connects to an agent of this kind, and those in which it does not. */
export function testConnecting(agent: Agent, at: AgentAt): void {
  describe.skipIf(isSkipped("openssl"))(agent, () => {
    const asked = (port: number, lines: readonly string[]) => askedAt({ host: at.host, port }, lines);
    let byKey: number;
    let byCertificate: number;

    beforeAll(async () => {
      byKey = await started(agent, at, ["TLSAccept=psk", ...pskLines("PSK 001")]);
      byCertificate = await started(agent, at, ["TLSAccept=cert", ...certLines(server)]);
    });

    test("is reached by the key it knows", async () => {
      expect(await asked(byKey, ["TLSConnect=psk", ...pskLines("PSK 001")])).toEqual(ANSWERED);
    });

    test("is not reached by another key or identity", async () => {
      for (const lines of [pskLines("PSK 001", "other"), pskLines("PSK 002")]) {
        const { answer, error } = await asked(byKey, ["TLSConnect=psk", ...lines]);
        expect({ answer, error }).toEqual({ answer: "", error: expect.stringMatching(HANDSHAKE_ENDED) });
      }
    });

    test("is reached by certificate, its names as they should be", async () => {
      const names = ["TLSServerCertIssuer=CN=Lab Root CA,O=Lab", "TLSServerCertSubject=CN=server,OU=Mon,O=Lab"];
      const list = `TLSCRLFile=${await authority.revocations()}`;
      expect(await asked(byCertificate, ["TLSConnect=cert", ...certLines(own), ...names, list])).toEqual(ANSWERED);
    });

    test("is not asked when its certificate has another name", async () => {
      const name = "TLSServerCertSubject=CN=proxy,OU=Mon,O=Lab";
      expect(await asked(byCertificate, ["TLSConnect=cert", ...certLines(own), name])).toEqual({
        answer: "",
        error: 'the subject of its certificate is "CN=server,OU=Mon,O=Lab", which is not "TLSServerCertSubject"',
      });
    });

    test("is not asked when its certificate is revoked, or of another authority", async () => {
      const list = `TLSCRLFile=${await authority.revocations([server])}`;
      expect(await asked(byCertificate, ["TLSConnect=cert", ...certLines(own), list])).toEqual({
        answer: "",
        error: expect.stringMatching(/revoked/),
      });
      const other = await Authority.make();
      const lines = certLines(await other.issue("/CN=x")).map((line) => line.replace(authority.ca, other.ca));
      const { answer, error } = await asked(byCertificate, ["TLSConnect=cert", ...lines]);
      expect({ answer, error }).toEqual({ answer: "", error: expect.stringMatching(/signature|verify|padding/) });
    });

    test("is not asked when it shows a certificate in place of the key", async () => {
      const { answer, error } = await asked(byCertificate, ["TLSConnect=psk", ...pskLines("PSK 001")]);
      expect({ answer, error }).toEqual({ answer: "", error: expect.stringMatching(NO_KEY[agent]) });
    });
  });
}
