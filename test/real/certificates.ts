import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, temporaryDirectory } from "./start.ts";

/** Paths of PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly serial: string;
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
  async issue(subject: string, dates: readonly string[] = ["-days", "2"]): Promise<Issued> {
    const serial = String(this.#serial++);
    const [request, cert] = [join(this.directory, `${serial}.csr`), join(this.directory, `${serial}.pem`)];
    await openssl(["req", "-new", "-utf8", "-key", this.#leafKey, "-subj", subject, "-out", request]);
    const by = ["-CA", this.ca, "-CAkey", this.#key, "-set_serial", serial];
    await openssl(["x509", "-req", "-in", request, ...by, ...dates, "-out", cert]);
    return { cert, key: this.#leafKey, serial };
  }

  /** Path of the list of these, which are revoked. */
  async revocations(revoked: readonly Issued[] = []): Promise<string> {
    const [config, index, list] = ["ca.conf", "index", `${this.#serial++}.crl`].map((name) =>
      join(this.directory, name),
    );
    if (config === undefined || index === undefined || list === undefined) throw new Error("three names, three paths");
    writeFileSync(index, revoked.map(revokedRow).join(""));
    writeFileSync(config, `[ca]\ndefault_ca=own\n[own]\ndatabase=${index}\ndefault_md=sha256\n`);
    const by = ["-keyfile", this.#key, "-cert", this.ca];
    await openssl(["ca", "-config", config, "-gencrl", ...by, "-crldays", "2", "-out", list]);
    return list;
  }
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

async function openssl(args: readonly string[]): Promise<void> {
  const { status, stderr } = await run("openssl", args);
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
}
