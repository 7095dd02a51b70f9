import type { Parsed } from "../ring/answer.ts";
import { readableFile, secretFile, text } from "./kinds.ts";
import { parsePskFile } from "./psk-file.ts";
import type { Kind } from "./spec.ts";

/** A readable file that holds PEM. */
export const pemFile = pem(readableFile);

/** A file with PEM that others may not read: a private key. */
export const secretPemFile = pem(secretFile);

/** A file with a pre-shared key that others may not read. */
export const pskFile: Kind<string> = {
  ...secretFile,
  verify: (path, files) => {
    const fault = secretFile.verify?.(path, files);
    if (fault !== undefined) return fault;
    const read = files.read(path);
    const key = read.kind === "ok" ? parsePskFile(read.value) : read;
    return key.kind === "ok" ? undefined : key.reason;
  },
};

const MOST_CHARACTERS = 128;
/** What OpenSSL takes. */
const MOST_BYTES = 256;

/** The name of a pre-shared key. It is sent unencrypted. */
export const pskIdentity: Kind<string> = {
  syntax: `text of at most ${MOST_CHARACTERS} characters and ${MOST_BYTES} bytes`,
  parse: (found) => {
    const long = [...found].length > MOST_CHARACTERS || Buffer.byteLength(found) > MOST_BYTES;
    return long ? { kind: "malformed", reason: "too long" } : text.parse(found);
  },
};

function pem(file: Kind<string>): Kind<string> {
  return {
    ...file,
    verify: (path, files) => file.verify?.(path, files) ?? (isPem(files.read(path)) ? undefined : "it holds no PEM"),
  };
}

function isPem(read: Parsed<Uint8Array>): boolean {
  return read.kind === "ok" && Buffer.from(read.value).includes("-----BEGIN ");
}
