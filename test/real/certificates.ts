import { execFile } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory } from "./start.ts";

/** Paths of PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly serial: string;
}

/** From when to when a certificate is valid, as openssl-ca(1) wants it. */
export interface Dates {
  readonly from: string;
  readonly to: string;
}

export const EXPIRED: Dates = { from: "20200101000000Z", to: "20210101000000Z" };
export const NOT_YET: Dates = { from: "20900101000000Z", to: "20910101000000Z" };

/** All certificates of a test file have the same key: making one takes a tenth of a second. */
let leafKey: Promise<string> | undefined;

/** An authority of its own, as `openssl` makes it. What it issues has RSA keys, which Zabbix's programs take by default. */
export class Authority {
  readonly directory: string;
  /** Its own certificate. */
  readonly ca: string;
  readonly #key: string;
  readonly #leafKey: string;
  #serial = 1000;

  private constructor(directory: string, leaf: string) {
    this.directory = directory;
    this.ca = join(directory, "ca.pem");
    this.#key = join(directory, "ca.key");
    this.#leafKey = leaf;
  }

  static async make(subject = "/O=Lab/CN=Lab Root CA"): Promise<Authority> {
    leafKey ??= makeLeafKey();
    const made = new Authority(readableDirectory(), await leafKey);
    await openssl([...NEW_CA, "-subj", subject, "-keyout", made.#key, "-out", made.ca]);
    return made;
  }

  /** An authority that this one vouches for. */
  async intermediate(subject: string): Promise<Authority> {
    const made = new Authority(readableDirectory(), this.#leafKey);
    await openssl([...NEW_CA, "-subj", subject, ...this.#by(), "-keyout", made.#key, "-out", made.ca]);
    return made;
  }

  /** @param subject in openssl's form: "/O=Lab/CN=server" */
  async issue(subject: string, dates?: Dates): Promise<Issued> {
    const serial = String(this.#serial++);
    const cert = join(this.directory, `${serial}.pem`);
    const request = ["req", "-new", "-utf8", "-config", this.#config(), "-key", this.#leafKey, "-subj", subject];
    if (dates === undefined) {
      await openssl([...request, "-x509", ...this.#by(), "-set_serial", serial, "-days", "2", "-out", cert]);
    } else await this.#issueDated(request, dates, { serial, cert });
    return { cert, key: this.#leafKey, serial };
  }

  async #issueDated(request: readonly string[], { from, to }: Dates, { serial, cert }: Omit<Issued, "key">) {
    const asked = join(this.directory, `${serial}.csr`);
    await openssl([...request, "-out", asked]);
    const dates = ["-startdate", from, "-enddate", to];
    const signed = ["-in", asked, "-out", cert, "-notext", "-batch", "-preserveDN", ...dates];
    await openssl(["ca", "-config", this.#config(), ...signed, ...this.#caKey(), "-create_serial"]);
  }

  /** Path of the list of these, which are revoked. */
  async revocations(revoked: readonly Issued[] = [], { expired = false } = {}): Promise<string> {
    const list = join(this.directory, `${this.#serial++}.crl`);
    const dates = expired ? ["-crl_lastupdate", EXPIRED.from, "-crl_nextupdate", EXPIRED.to] : ["-crldays", "2"];
    const config = this.#config(revoked.map(revokedRow).join(""));
    await openssl(["ca", "-config", config, "-gencrl", ...this.#caKey(), ...dates, "-out", list]);
    return list;
  }

  #by(): readonly string[] {
    return ["-CA", this.ca, "-CAkey", this.#key];
  }

  #caKey(): readonly string[] {
    return ["-keyfile", this.#key, "-cert", this.ca];
  }

  /** Path of a configuration of openssl-req(1) and openssl-ca(1) in which no extensions are added. */
  #config(rows = ""): string {
    const [config, index] = ["cnf", "index"].map((end) => join(this.directory, `${this.#serial++}.${end}`));
    if (config === undefined || index === undefined) throw new Error("two names, two paths");
    writeFileSync(index, rows);
    const lines = ["[req]", "distinguished_name=name", "[name]", "[ca]", "default_ca=own"];
    const own = ["[own]", `database=${index}`, `new_certs_dir=${this.directory}`, "default_md=sha256", "policy=any"];
    writeFileSync(config, `${[...lines, ...own, `serial=${index}.serial`, "[any]"].join("\n")}\n`);
    return config;
  }
}

/** The key of an authority may be of any kind, and this one is made at once. */
const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const NEW_CA = ["req", "-x509", ...EC_KEY, "-days", "3650"];

/** Programs that give up root read here. */
function readableDirectory(): string {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  return directory;
}

async function makeLeafKey(): Promise<string> {
  const path = join(readableDirectory(), "leaf.key");
  await openssl(["genrsa", "-out", path, "2048"]);
  chmodSync(path, 0o640);
  return path;
}

/** A line of the database of openssl-ca(1). */
function revokedRow({ serial }: Issued): string {
  const digits = Number(serial).toString(16).toUpperCase().padStart(4, "0");
  return `R\t400101000000Z\t200101000000Z\t${digits}\tunknown\t/CN=x\n`;
}

/** A pre-shared key of 32 bytes in a file. */
export function pskFile(directory: string, key: string, name = "psk"): string {
  const path = join(directory, name);
  writeFileSync(path, `${key}\n`, { mode: 0o640 });
  return path;
}

const execute = promisify(execFile);

/** It starts nothing else, so it needs nobody who ends that. */
async function openssl(args: readonly string[]): Promise<void> {
  await execute("openssl", args);
}
