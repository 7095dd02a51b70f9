import { describe, expect, test } from "vitest";
import { applyConfig } from "../../../src/config/apply.ts";
import { CORE } from "../../../src/config/core.ts";
import { type Compiled, compileTls } from "../../../src/transports/tls/compile.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { KEY } from "./tls-loopback.ts";

const PSK = ["TLSPSKIdentity=one", "TLSPSKFile=/psk"];
const CERT = ["TLSCAFile=/ca", "TLSCertFile=/cert", "TLSKeyFile=/key"];
const NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const NO_KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

const FILES = memoryFiles({ "/psk": KEY, "/ca": NO_CERTIFICATE, "/cert": NO_CERTIFICATE, "/key": NO_KEY });

function compiled(lines: readonly string[]): Compiled {
  const entries = lines.map((line, at) => {
    const equals = line.indexOf("=");
    return { name: line.slice(0, equals), value: line.slice(equals + 1), file: "f", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: CORE, sections: [] }, FILES);
  if (applied.kind === "refused") throw new Error(applied.problems.map(({ text }) => text).join("\n"));
  return compileTls(applied.config.core, FILES);
}

function faults(lines: readonly string[]): readonly string[] {
  const result = compiled(lines);
  return result.kind === "ok" ? [] : result.faults.map(({ name, text }) => `${name}: ${text}`);
}

describe("compileTls", () => {
  test("without any directive accepts and connects unencrypted", () => {
    expect(compiled([])).toEqual({
      kind: "ok",
      value: { accept: { unencrypted: true, secure: undefined }, connect: undefined },
    });
  });

  test("uses a key only for what the directives say", () => {
    const accepting = compiled([...PSK, "TLSAccept=psk"]);
    expect(accepting).toMatchObject({
      value: { accept: { unencrypted: false, secure: { psk: { identity: "one" }, certificate: undefined } } },
    });
    expect(accepting).toHaveProperty("value.connect", undefined);
    expect(compiled([...PSK, "TLSAccept=unencrypted", "TLSConnect=psk"])).toMatchObject({
      value: {
        accept: { unencrypted: true, secure: undefined },
        connect: { psk: { identity: "one", key: Buffer.from(KEY, "hex") } },
      },
    });
  });

  const CIPHERS = [
    { lines: [], want: /^TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:kECDHEPSK\+AES128:kPSK\+AES128$/ },
    { lines: ["TLSCipherPSK=PSK-AES128-GCM-SHA256"], want: /:PSK-AES128-GCM-SHA256$/ },
    { lines: ["TLSCipherPSK13=TLS_CHACHA20_POLY1305_SHA256"], want: /^TLS_CHACHA20_POLY1305_SHA256:kECDHEPSK/ },
    { lines: ["TLSCipherAll=AES256-SHA", "TLSCipherCert=AES256-SHA"], want: /:kECDHEPSK\+AES128:kPSK\+AES128$/ },
  ];
  for (const { lines, want } of CIPHERS) {
    test(`chooses ciphers for a key: ${lines.join(" ") || "by default"}`, () => {
      const result = compiled([...PSK, "TLSAccept=psk", ...lines]);
      expect(result).toMatchObject({ value: { accept: { secure: { ciphers: expect.stringMatching(want) } } } });
    });
  }

  const FAULTY = [
    { line: "TLSCipherPSK=NONE:+VERS-TLS1.2:+ECDHE-PSK", want: "TLSCipherPSK: OpenSSL knows no such cipher" },
    { line: "TLSCipherPSK13=TLS_NONE", want: "TLSCipherPSK13: OpenSSL knows no such cipher" },
  ];
  for (const { line, want } of FAULTY) {
    test(`refuses ${line}`, () => {
      expect(faults([...PSK, "TLSAccept=psk", line])).toEqual([expect.stringContaining(want)]);
    });
  }

  test("refuses authorities that cannot be read, whom Node would leave out", () => {
    expect(faults([...CERT, "TLSAccept=cert"])).toEqual(["TLSCAFile: it holds a certificate that cannot be read"]);
  });

  test("refuses a file that went away after it was looked at", () => {
    const applied = applyConfig([], { core: CORE, sections: [] }, FILES);
    if (applied.kind === "refused") throw new Error("the defaults are fine");
    const directives = { ...applied.config.core, TLSPSKIdentity: "one", TLSPSKFile: "/gone" };
    expect(compileTls(directives, FILES)).toEqual({
      kind: "refused",
      faults: [{ name: "TLSPSKFile", text: "no such file or directory" }],
    });
  });
});
