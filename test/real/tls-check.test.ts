import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "../../src/cli/settings.ts";
import { address } from "./address.ts";
import { Authority, type Issued, pskFile } from "./certificates.ts";
import { Bench } from "./daemon.ts";
import { isSkipped, run } from "./start.ts";

const host = address(import.meta.url);
const KEY = "0f".repeat(32);

let authority: Authority;
let own: Issued;
let bench: Bench;

function file(name: string, content: string, mode = 0o640): string {
  const path = join(authority.directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** What is wrong with a configuration that has these lines, without the file's name; "" when it is valid. */
function faults(lines: readonly string[]): string {
  bench.configure(lines);
  const settings = readSettings(bench.config);
  return settings.kind === "ok" ? "" : settings.reason.replaceAll(bench.config, "conf");
}

describe.skipIf(isSkipped("openssl"))("files of TLS", () => {
  beforeAll(async () => {
    authority = await Authority.make();
    own = await authority.issue("/CN=own");
    bench = await Bench.at(host);
  });

  const psk = (path: string) => ["TLSAccept=psk", "TLSPSKIdentity=one", `TLSPSKFile=${path}`];
  const cert = (changed: Partial<Record<"ca" | "cert" | "key", string>> = {}) => {
    const { ca, cert: shown, key } = { ca: authority.ca, ...own, ...changed };
    return ["TLSAccept=cert", `TLSCAFile=${ca}`, `TLSCertFile=${shown}`, `TLSKeyFile=${key}`];
  };

  test("are taken: a key, a certificate, a revocation list", async () => {
    expect(faults(psk(pskFile(authority.directory, KEY)))).toBe("");
    expect(faults([...cert(), `TLSCRLFile=${await authority.revocations()}`])).toBe("");
  });

  test("are named when they cannot be used, with what is wrong, but not with what is in them", async () => {
    const other = await Authority.make();
    const protectedKey = join(authority.directory, "protected.key");
    const made = await run("openssl", ["rsa", "-aes128", "-passout", "pass:x", "-in", own.key, "-out", protectedKey]);
    expect(made.status, made.stderr).toBe(0);
    const open = file("open.psk", `${KEY}\n`, 0o644);
    const openKey = file("open.key", readFileSync(own.key, "utf8"), 0o604);
    const cases = [
      {
        lines: psk(open),
        want: `"${open}" for "TLSPSKFile": everybody may use it: mode 0644, expected 0640 or stricter`,
      },
      {
        lines: cert({ key: openKey }),
        want: `"${openKey}" for "TLSKeyFile": everybody may use it: mode 0604, expected 0640 or stricter`,
      },
      { lines: psk(file("short.psk", "0f0f\n")), want: "has 4 hexadecimal digits, expected 32 to 512" },
      { lines: psk("/nonexistent"), want: 'for "TLSPSKFile": cannot read it: no such file or directory' },
      { lines: cert({ ca: file("ca", "none") }), want: 'for "TLSCAFile": it holds no PEM' },
      { lines: cert({ ca: own.key }), want: '"TLSCAFile": it holds no certificate' },
      { lines: cert({ cert: own.key }), want: '"TLSCertFile": it holds no certificate' },
      {
        lines: cert({ key: file("cert.key", readFileSync(own.cert, "utf8")) }),
        want: '"TLSCertFile": TLSKeyFile holds no private key',
      },
      {
        lines: cert({ cert: authority.ca, key: join(other.directory, "ca.key") }),
        want: '"TLSCertFile": the key in TLSKeyFile does not belong to this',
      },
      { lines: cert({ cert: authority.ca }), want: '"TLSCertFile": the key in TLSKeyFile does not belong to this' },
      { lines: cert({ key: protectedKey }), want: '"TLSCertFile": the key in TLSKeyFile has a password' },
      { lines: [...cert(), `TLSCRLFile=${own.cert}`], want: '"TLSCRLFile": it holds no revocation list' },
    ];
    for (const { lines, want } of cases) {
      const said = faults(lines);
      expect(said).toContain(want);
      expect(said).toMatch(/^conf:\d+: /);
      expect(said).not.toContain("0f0f");
    }
  });

  test("are what tidemark check speaks of", async () => {
    bench.configure(psk("/nonexistent"));
    const { status, stdout, stderr } = await bench.command("check");
    expect(status).toBe(100);
    expect(`${stdout}${stderr}`).toContain('for "TLSPSKFile": cannot read it: no such file or directory');
  });
});
