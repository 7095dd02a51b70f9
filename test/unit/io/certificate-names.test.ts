import { expect, test } from "vitest";
import { gnutlsName, nameFault, nameFaultText, rfc4514 } from "../../../src/io/certificate-names.ts";

/** What Node says of certificates, and what `openssl x509 -nameopt RFC2253,-esc_msb` says of the same. */
const NAMES = [
  { node: "O=Lab\nOU=Mon\nCN=agent", want: "CN=agent,OU=Mon,O=Lab" },
  { node: "CN=alone", want: "CN=alone" },
  { node: "O=Lab\nOU=Mon + CN=multi\nemailAddress=a@b.c", want: "emailAddress=a@b.c,CN=multi+OU=Mon,O=Lab" },
  {
    node: 'O=La\\, b + OU=\\ sp ace \\"x\\"\\;\\<\\>\\\\\nDC=org\nCN=\\#h\\+äö',
    want: 'CN=\\#h\\+äö,DC=org,OU=\\ sp ace \\"x\\"\\;\\<\\>\\\\+O=La\\, b',
  },
];
for (const { node, want } of NAMES) {
  test(`rfc4514: ${want}`, () => {
    expect(rfc4514(node)).toBe(want);
  });
}

/** What Node says of certificates, and what a zabbix_agentd that is built with GnuTLS says of the same. */
const GNUTLS_NAMES = [
  { node: "O=Lab\nOU=Mon\nCN=agent", want: "CN=agent,OU=Mon,O=Lab" },
  { node: "O=Lab\nOU=Mon + CN=multi", want: "OU=Mon+CN=multi,O=Lab" },
  { node: "O=Lab\nemailAddress=a@b.c\nCN=mail", want: "CN=mail,EMAIL=a@b.c,O=Lab" },
  { node: "GN=g\nSN=s\nstreet=Str 1\nCN=many", want: "CN=many,street=Str 1,surName=s,givenName=g" },
  { node: "CN=SN=x", want: "CN=SN=x" },
];
for (const { node, want } of GNUTLS_NAMES) {
  test(`gnutlsName: ${want}`, () => {
    expect(gnutlsName(node)).toBe(want);
  });
}

test("nameFault takes the words of either library, and not a mixture", () => {
  const certificate = { issuer: "CN=x", subject: "emailAddress=a\nOU=o + CN=c" };
  const taken = ["CN=c+OU=o,emailAddress=a", "OU=o+CN=c,EMAIL=a", "OU=o+CN=c,emailAddress=a", "CN=c+OU=o,EMAIL=a"];
  const faults = taken.map((subject) => nameFault(certificate, { issuer: undefined, subject })?.name);
  expect(faults).toEqual([undefined, undefined, "subject", "subject"]);
});

const CERTIFICATE = { issuer: "O=Lab\nCN=Root", subject: "O=Lab\nCN=server" };

const WANTED = [
  { issuer: undefined, subject: undefined, fault: undefined },
  { issuer: "CN=Root,O=Lab", subject: "CN=server,O=Lab", fault: undefined },
  { issuer: "O=Lab,CN=Root", subject: undefined, fault: "issuer" },
  { issuer: "CN=Root, O=Lab", subject: undefined, fault: "issuer" },
  { issuer: "CN=root,O=Lab", subject: undefined, fault: "issuer" },
  { issuer: "CN=Root,O=Lab", subject: "CN=server", fault: "subject" },
  { issuer: undefined, subject: "CN=Server,O=Lab", fault: "subject" },
];
for (const { issuer, subject, fault } of WANTED) {
  test(`nameFault: issuer ${issuer}, subject ${subject}: ${fault}`, () => {
    expect(nameFault(CERTIFICATE, { issuer, subject })?.name).toBe(fault);
  });
}

test("nameFaultText shows the name for copying", () => {
  expect(nameFaultText({ name: "subject", found: 'CN="x"' })).toBe(
    'the subject of its certificate is "CN=\\"x\\"", which is not "TLSServerCertSubject"',
  );
});
