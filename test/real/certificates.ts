import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, temporaryDirectory } from "./start.ts";

/** Paths of PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Options of openssl-x509(1) for a certificate that has expired. */
export const EXPIRED = ["-days", "-1"];

/** An authority of its own, as `openssl` makes it: RSA keys, which are what Zabbix's programs take by default. */
export class Authority {
  readonly directory: string;
  readonly ca: string;
  readonly #key: string;
  /** One key for all certificates: making one takes a tenth of a second. */
  readonly #leafKey: string;
  readonly #revoked: string[] = [];
  #serial = 1000;

  private constructor(directory: string) {
    this.directory = directory;
    this.ca = join(directory, "ca.pem");
    this.#key = join(directory, "ca.key");
    this.#leafKey = join(directory, "leaf.key");
  }

  static async make(subject = "/O=Lab/CN=Lab Root CA"): Promise<Authority> {
    const made = new Authority(temporaryDirectory());
    chmodSync(made.directory, 0o755); // programs that give up root read here
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", subject];
    await openssl([...request, "-keyout", made.#key, "-out", made.ca]);
    await openssl(["genrsa", "-out", made.#leafKey, "2048"]);
    chmodSync(made.#leafKey, 0o640);
    return made;
  }

  /** @param subject in openssl's form: "/O=Lab/CN=server" */
  async issue(subject: string, { dates = ["-days", "2"], revoked = false } = {}): Promise<Issued> {
    const serial = String(this.#serial++);
    const [request, cert] = [join(this.directory, `${serial}.csr`), join(this.directory, `${serial}.pem`)];
    await openssl(["req", "-new", "-utf8", "-key", this.#leafKey, "-subj", subject, "-out", request]);
    const by = ["-CA", this.ca, "-CAkey", this.#key, "-set_serial", serial];
    await openssl(["x509", "-req", "-in", request, ...by, ...dates, "-out", cert]);
    if (revoked) this.#revoked.push(Number(serial).toString(16).toUpperCase().padStart(4, "0"));
    return { cert, key: this.#leafKey };
  }

  /** Path of the list of what is revoked so far. */
  async revocations(dates: readonly string[] = ["-crldays", "2"]): Promise<string> {
    const [config, index, list] = ["ca.conf", "index", "crl.pem"].map((name) => join(this.directory, name));
    if (config === undefined || index === undefined || list === undefined) throw new Error("three names, three paths");
    const row = (serial: string) => `R\t400101000000Z\t200101000000Z\t${serial}\tunknown\t/CN=x\n`;
    writeFileSync(index, this.#revoked.map(row).join(""));
    writeFileSync(config, `[ca]\ndefault_ca=own\n[own]\ndatabase=${index}\ndefault_md=sha256\n`);
    await openssl([
      "ca",
      "-config",
      config,
      "-gencrl",
      "-keyfile",
      this.#key,
      "-cert",
      this.ca,
      ...dates,
      "-out",
      list,
    ]);
    return list;
  }
}

/** A pre-shared key of 32 bytes in a file. */
export function pskFile(directory: string, key: string, name = "psk"): string {
  const path = join(directory, name);
  writeFileSync(path, `${key}\n`, { mode: 0o640 });
  return path;
}

async function openssl(args: readonly string[]): Promise<void> {
  const { status, stderr } = await run("openssl", args);
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
}
