import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
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

/** The exit status and all that `tidemark check` says of a configuration with these lines, without the file's name. */
async function check(lines: readonly string[]): Promise<{ readonly status: number | null; readonly said: string }> {
  bench.configure(lines);
  const { status, stdout, stderr } = await bench.command("check");
  return { status, said: `${stdout}${stderr}`.replaceAll(bench.config, "conf") };
}

describe.skipIf(isSkipped("openssl"))("tidemark check", () => {
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

  test("takes a key, a certificate, a revocation list", async () => {
    expect((await check(psk(pskFile(authority.directory, KEY)))).status).toBe(0);
    expect((await check([...cert(), `TLSCRLFile=${await authority.revocations()}`])).status).toBe(0);
  });

  test("names each file that cannot be used, and what is wrong with it, but not what is in it", async () => {
    const protectedKey = join(authority.directory, "protected.key");
    const made = await run("openssl", ["rsa", "-aes128", "-passout", "pass:x", "-in", own.key, "-out", protectedKey]);
    expect(made.status, made.stderr).toBe(0);
    const open = file("open.psk", `${KEY}\n`, 0o644);
    const cases = [
      {
        lines: psk(open),
        want: `"${open}" for "TLSPSKFile": everybody may use it: mode 0644, expected 0640 or stricter`,
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
      { lines: cert({ cert: authority.ca }), want: '"TLSCertFile": the key in TLSKeyFile does not belong to this' },
      { lines: cert({ key: protectedKey }), want: '"TLSCertFile": the key in TLSKeyFile has a password' },
      { lines: [...cert(), `TLSCRLFile=${own.cert}`], want: '"TLSCRLFile": it holds no revocation list' },
    ];
    for (const { lines, want } of cases) {
      const { status, said } = await check(lines);
      expect(said).toContain(want);
      expect(said).toMatch(/^conf:\d+: /);
      expect(said).not.toContain("0f0f");
      expect(status).toBe(100);
    }
  });
});
