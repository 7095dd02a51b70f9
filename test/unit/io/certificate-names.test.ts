import { expect, test } from "vitest";
import { nameFault, nameFaultText, rfc4514 } from "../../../src/io/certificate-names.ts";

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
