import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { gnutlsName, nameFault } from "../../src/io/certificate-names.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { asked } from "../unit/transports/tls-loopback.ts";
import { address, lowPort } from "./address.ts";
import { Authority, type Issued } from "./certificates.ts";
import type { Program } from "./program.ts";
import { isSkipped, start } from "./start.ts";
import { waitFor } from "./wait.ts";

const HOST = address(import.meta.url);
const PING = encodePacket(Buffer.from("agent.ping"));

const SUBJECTS = [
  "/C=DE/ST=Bayern/L=Muenchen/O=Lab/OU=Mon/CN=usual",
  "/O=Lab/emailAddress=a@b.c/CN=mail",
  "/DC=org/DC=example/UID=u/serialNumber=42/title=T/street=Str 1/CN=others",
  "/O=Lab/GN=g/SN=s/CN=person",
  "/O=Lab/OU=Mon+CN=multi",
  '/O=La, b/CN=x "q" \\\\ ; < > # \\+ y',
  "/CN= lead and trail ",
  "/CN=#äöü=1",
];

/** zabbix_agentd says at debug level 4 what it compares `TLSServerCertIssuer` and `TLSServerCertSubject` with. */
describe.skipIf(isSkipped("openssl") || isSkipped("zabbix_agentd"))(
  "names in certificates, as zabbix_agentd reads them",
  () => {
    let authority: Authority;
    let agent: Program;
    let port: number;

    beforeAll(async () => {
      authority = await Authority.make("/O=Lab, Inc./emailAddress=ca@lab/CN=Root");
      const own = await authority.issue("/CN=agentd");
      port = await lowPort(HOST);
      const path = join(authority.directory, "agentd.conf");
      const place = [
        "Server=127.0.0.0/8",
        "Hostname=x",
        `ListenIP=${HOST}`,
        `ListenPort=${port}`,
        `PidFile=${path}.pid`,
      ];
      const tls = ["TLSAccept=cert", `TLSCAFile=${authority.ca}`, `TLSCertFile=${own.cert}`, `TLSKeyFile=${own.key}`];
      const how = ["LogType=console", "DebugLevel=4", "AllowRoot=1", "StartAgents=1"];
      writeFileSync(path, `${[...place, ...tls, ...how].join("\n")}\n`);
      agent = await start("zabbix_agentd", ["-f", "-c", path], { ready: { host: HOST, port } });
    });

    /** Subject and issuer of a certificate in the words of the agent, which is shown it. */
    async function told({
      cert,
      key,
      serial,
    }: Issued): Promise<{ readonly subject?: string; readonly issuer?: string }> {
      const own = { ca: readFileSync(authority.ca), cert: readFileSync(cert), key: readFileSync(key) };
      await asked(connect({ host: HOST, port, ...own, checkServerIdentity: () => undefined }), PING);
      const number = `serial 0x${Number(serial).toString(16).padStart(4, "0")}`;
      const line = new RegExp(`peer certificate: subject \`(?<subject>.*)', issuer \`(?<issuer>.*)', ${number},`);
      await waitFor(() => line.test(agent.log), { what: number });
      return line.exec(agent.log)?.groups ?? {};
    }

    for (const subject of SUBJECTS) {
      test(subject, async () => {
        const issued = await authority.issue(subject);
        const shown = new X509Certificate(readFileSync(issued.cert));
        const names = await told(issued);
        expect({ subject: gnutlsName(shown.subject), issuer: gnutlsName(shown.issuer) }).toEqual(names);
        expect(nameFault(shown, { subject: names.subject, issuer: names.issuer })).toBeUndefined();
      });
    }

    test("a line feed in a name does not make two parts of it", async () => {
      const { cert } = await authority.issue("/CN=server\nO=Lab");
      const shown = new X509Certificate(readFileSync(cert));
      for (const subject of ["O=Lab,CN=server", "CN=server,O=Lab", "CN=server", "O=Lab"]) {
        expect(nameFault(shown, { subject, issuer: undefined })?.found).toBe("CN=server\\0AO=Lab");
      }
    });
  },
);
