import type { Ending, Phase } from "./connection.ts";
import { endpointText, isLoopback } from "./endpoint.ts";
import type { Endpoint } from "./io.ts";

export interface Circumstances {
  readonly endpoint: Endpoint;
  /** Bytes of the answer that did come. */
  readonly received: number;
  /** How long was waited. */
  readonly ms: number;
}

/** Why an exchange brought no whole answer, in words that stay the same from tick to tick: a lower-case fragment. */
export function endingReason(ending: Exclude<Ending, { kind: "read" }>, at: Circumstances): string {
  if (ending.kind === "late") return lateReason(ending.phase, at);
  if (isTlsFailure(ending)) return `TLS with ${endpointText(at.endpoint)} failed: ${tlsText(ending.text)}`;
  if (ending.phase === "connect") return connectReason(ending.code, ending.text, at.endpoint);
  const where = endpointText(at.endpoint);
  return at.received === 0
    ? `connection closed by ${where} without a reply`
    : `connection closed by ${where} after ${at.received} bytes of a reply`;
}

/** Whether a server is there that does not answer: on this machine also one whose backlog is full. */
export function isHung(ending: Ending, endpoint: Endpoint): boolean {
  return ending.kind === "late" && (ending.phase !== "connect" || isLoopback(endpoint));
}

/** On this machine only a listener with a full backlog does not answer; elsewhere a host that is gone does not. */
function lateReason(phase: Phase, at: Circumstances): string {
  const limit = secondsText(at.ms);
  switch (phase) {
    case "connect":
      return `connect timed out after ${limit}${isLoopback(at.endpoint) ? ", its backlog is full" : ""}`;
    case "handshake":
      return `connected, but no TLS handshake within ${limit}`;
    case "open":
      return at.received > 0
        ? `only ${at.received} bytes of a reply within ${limit}`
        : `connected, but no reply within ${limit}`;
  }
}

/** Errors of connect(2) and of the name service. */
function connectReason(code: string | undefined, text: string, endpoint: Endpoint): string {
  const where = endpointText(endpoint);
  switch (code) {
    case "ECONNREFUSED":
      return `connection refused by ${where}`;
    case "ECONNRESET": // accepted, and closed before that was noticed here
      return `connection closed by ${where} without a reply`;
    case "ENOENT":
      return `no socket at ${where}`;
    case "EACCES":
      return `no permission to use ${where}`;
    case "EAGAIN": // a unix socket whose backlog is full
      return `${where} accepts no new clients`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `cannot resolve "${endpoint.kind === "tcp" ? endpoint.host : where}"`;
    default:
      return `cannot connect to ${where}: ${text === "" ? "closed" : text}`;
  }
}

/** "3 s", "0.9 s": so coarse that a reason stays the same from tick to tick. */
function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

/** Codes of what OpenSSL complains about, also before the first byte: a key that does not fit its certificate. */
const OPENSSL = /^ERR_(SSL|OSSL|TLS)_/;

/** Whether the connection ended because of TLS. On TLS 1.3 a server may refuse our certificate after the handshake. */
export function isTlsFailure(ending: Extract<Ending, { kind: "closed" }>): boolean {
  return ending.phase === "handshake" || OPENSSL.test(ending.code ?? "");
}

/** `4037D8...:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/...` without its noise. */
function tlsText(text: string): string {
  const words = /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1];
  return words ?? (text === "" ? "closed during the handshake" : (text.split("\n")[0] ?? text));
}
