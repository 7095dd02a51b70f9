import { expect, test } from "vitest";
import { applyConfig } from "../../../src/config/apply.ts";
import { TLS } from "../../../src/config/tls.ts";
import { tlsFaults } from "../../../src/config/tls-faults.ts";
import { memoryFiles } from "./memory-files.ts";

const PEM = "-----BEGIN X-----\n-----END X-----\n";
const FILES = memoryFiles({ "/psk": `${"0f".repeat(16)}\n`, "/ca": PEM, "/cert": PEM, "/key": PEM, "/crl": PEM });
const PSK = ["TLSPSKIdentity=one", "TLSPSKFile=/psk"];
const CERT = ["TLSCAFile=/ca", "TLSCertFile=/cert", "TLSKeyFile=/key"];

/** "NAME: fault" for each fault of these lines. */
function faults(lines: readonly string[]): readonly string[] {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split("=");
    return { name, value, file: "f", line: at + 1 };
  });
  const known = entries.filter(({ name }) => name in TLS);
  const applied = applyConfig(known, { core: TLS, sections: [] }, FILES);
  if (applied.kind === "refused") throw new Error(applied.problems.map(({ text }) => text).join("\n"));
  const given = (name: string) => entries.some((entry) => entry.name === name);
  return tlsFaults(applied.config.core, given).map(({ name, text }) => `${name}: ${text}`);
}

const GOOD = [
  [],
  ["TLSAccept=unencrypted"],
  ["TLSAccept=psk", ...PSK],
  ["TLSAccept=unencrypted,psk", ...PSK],
  ["TLSAccept=unencrypted", "TLSConnect=psk", ...PSK],
  ["TLSAccept=unencrypted", "TLSConnect=unencrypted", "ServerActive=x", ...PSK],
  ["TLSAccept=cert", "TLSConnect=cert", ...CERT, "TLSCRLFile=/crl", "TLSServerCertSubject=CN"],
  ["TLSAccept=psk,cert", "TLSConnect=cert", "ServerActive=x", ...CERT, ...PSK, "TLSCipherAll=x"],
];
for (const lines of GOOD) {
  test(`stand together: ${lines.join(" ")}`, () => {
    expect(faults(lines)).toEqual([]);
  });
}

const BAD = [
  { lines: ["TLSAccept=psk"], want: ["TLSAccept: psk needs TLSPSKIdentity and TLSPSKFile"] },
  {
    lines: ["TLSConnect=psk", "TLSPSKIdentity=one"],
    want: ["TLSConnect: psk needs TLSPSKFile", "TLSPSKIdentity: needs TLSPSKFile"],
  },
  { lines: ["TLSPSKFile=/psk", "TLSAccept=unencrypted"], want: ["TLSPSKFile: needs TLSPSKIdentity"] },
  { lines: PSK, want: ["TLSPSKFile: needs TLSAccept: psk, or unencrypted if that is meant"] },
  {
    lines: ["TLSAccept=psk", "ServerActive=x", ...PSK],
    want: ["TLSPSKFile: needs TLSConnect: psk, or unencrypted if that is meant"],
  },
  { lines: ["TLSAccept=cert"], want: ["TLSAccept: cert needs TLSCAFile and TLSCertFile and TLSKeyFile"] },
  { lines: ["TLSCertFile=/cert"], want: ["TLSCertFile: needs TLSCAFile and TLSKeyFile"] },
  { lines: CERT, want: ["TLSKeyFile: needs TLSAccept: cert, or unencrypted if that is meant"] },
  {
    lines: ["TLSCRLFile=/crl", "TLSServerCertIssuer=CN"],
    want: ["TLSCRLFile", "TLSServerCertIssuer"].map(
      (name) => `${name}: needs TLSCAFile and TLSCertFile and TLSKeyFile`,
    ),
  },
  { lines: ["TLSCipherPSK=x"], want: ["TLSCipherPSK: needs TLSPSKIdentity and TLSPSKFile"] },
];
for (const { lines, want } of BAD) {
  test(`do not stand together: ${lines.join(" ")}`, () => {
    expect(faults(lines)).toEqual(want);
  });
}
