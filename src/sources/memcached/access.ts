import type { Io, TlsOptions } from "../../io/io.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Address } from "./address.ts";

/** Files of a TLS connection, all of them PEM. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
}

export interface Login {
  readonly user: string;
  readonly passwordFile: string;
}

/** How to get at one instance. Files are read anew for each connection, so that they can be renewed at any time. */
export interface Access {
  readonly address: Address;
  readonly tls: TlsFiles | undefined;
  readonly login: Login | undefined;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The first line of the password file. */
export function readCredentials(io: Io, { user, passwordFile }: Login): Parsed<Credentials> {
  const password = io.readText(passwordFile)?.split(/\r?\n/)[0];
  if (password === undefined) return malformed(`cannot read the password file ${passwordFile}`);
  return password === "" ? malformed(`the password file ${passwordFile} is empty`) : ok({ user, password });
}

export function readTlsFiles(io: Io, { ca, cert, key, serverName, verify }: TlsFiles): Parsed<TlsOptions> {
  const texts = [ca, cert, key].map((path) => (path === undefined ? undefined : io.readText(path)));
  const missing = [ca, cert, key].find((path, place) => path !== undefined && texts[place] === undefined);
  if (missing !== undefined) return malformed(`cannot read ${missing}`);
  return ok({ ca: texts[0], cert: texts[1], key: texts[2], serverName, verify });
}
