import type { TLSSocket } from "node:tls";
import { nameFault, nameFaultText, rfc4514 } from "../../io/certificate-names.ts";
import type { Refusal } from "../refusals.ts";
import type { Secure } from "./compile.ts";

/** What a peer said about pre-shared keys in its handshake. A known identity proves nothing yet: it is no secret. */
export type Offer =
  | { readonly kind: "none" }
  | { readonly kind: "known" }
  | { readonly kind: "unknown"; readonly identity: string };

/** Why a connection is closed; the reason is a lower-case fragment. */
export interface Verdict {
  readonly refusal: Refusal;
  readonly found: string;
}

/** Judges a handshake that came to its end, which it also does for peers that proved nothing. Undefined: accepted. */
export function judgePeer(socket: TLSSocket, offer: Offer, { certificate }: Secure): Verdict | undefined {
  if (usesKey(socket)) return offer.kind === "known" ? undefined : keyVerdict(offer);
  if (certificate === undefined) return keyVerdict(offer);
  const { names } = certificate;
  // To read the certificate takes a tenth of the handshake; without a key, only one that verifies makes a peer authorized.
  if (socket.authorized && names.issuer === undefined && names.subject === undefined) return undefined;
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) return keyVerdict(offer);
  const subject = quoted(rfc4514(shown.subject));
  if (!socket.authorized) return certificateVerdict(String(socket.authorizationError), subject);
  const fault = nameFault(shown, names);
  return fault === undefined ? undefined : { refusal: fault.name, found: nameFaultText(fault) };
}

/**
 * Whether the session rests on a pre-shared key. That the peer named one is not enough: where the cipher suite has another
 * hash than the key's, OpenSSL goes on as if no key had been named. Nothing else is ever resumed here on TLS 1.3.
 */
function usesKey(socket: TLSSocket): boolean {
  return socket.getProtocol() === "TLSv1.3" ? socket.isSessionReused() : socket.getCipher().name.includes("PSK");
}

function keyVerdict(offer: Offer): Verdict {
  switch (offer.kind) {
    case "none":
      return { refusal: "certificate", found: "it showed no certificate" };
    case "known":
      return { refusal: "key", found: "it named the PSK, but chose a cipher suite that cannot use it" };
    case "unknown":
      return { refusal: "identity", found: `unknown PSK identity ${quoted(offer.identity)}` };
  }
}

/** Whether a forged certificate ends the handshake or shows behind it depends on the kind of the authority's key. */
const NOT_GENUINE = "its certificate or its signature is not genuine";

/** The codes are those of X509_verify_cert_error_string(3). */
function certificateVerdict(code: string, subject: string): Verdict {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return { refusal: "expired", found: `its certificate for ${subject} has expired` };
    case "CERT_NOT_YET_VALID":
      return { refusal: "expired", found: `its certificate for ${subject} is not valid yet` };
    case "CERT_REVOKED":
      return { refusal: "revoked", found: `its certificate for ${subject} is revoked` };
    case "UNABLE_TO_GET_CRL":
      return { refusal: "certificate", found: `"TLSCRLFile" has no list of the authority of its certificate` };
    case "CRL_HAS_EXPIRED":
      return { refusal: "certificate", found: `the list in "TLSCRLFile" has expired` };
    case "CERT_SIGNATURE_FAILURE":
      return { refusal: "certificate", found: `${NOT_GENUINE}: ${code}` };
    default:
      return { refusal: "certificate", found: `its certificate for ${subject} is not trusted: ${code}` };
  }
}

/** A wrong key shows as bytes that do not decrypt on TLS 1.2, and as a binder on TLS 1.3. */
const WRONG_KEY = ["ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "ERR_SSL_BINDER_DOES_NOT_VERIFY"];

/** Errors of other libraries come from signatures: of the certificate, or by its owner. */
const TLS_ITSELF = "SSL routines";

/** What Node adds to an error of OpenSSL. */
type OpensslError = NodeJS.ErrnoException & { readonly library?: string; readonly reason?: string };

/** Judges a handshake that failed. */
export function judgeFailure(error: OpensslError, offer: Offer): Verdict {
  const { code = "", library = TLS_ITSELF, reason = code } = error;
  if (offer.kind === "unknown") return keyVerdict(offer);
  if (offer.kind === "known" && WRONG_KEY.includes(code)) {
    return { refusal: "key", found: "it named the PSK, but has another key" };
  }
  if (code === "ECONNRESET") return { refusal: "handshake", found: BROKEN_OFF };
  if (library === TLS_ITSELF) return { refusal: "handshake", found: `TLS handshake failed: ${reason}` };
  return { refusal: "certificate", found: `${NOT_GENUINE}: ${reason}` };
}

/** The peer went away. */
export const BROKEN_OFF = "it ended the connection during the TLS handshake";

const LONGEST_SHOWN = 200;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text);
}
