import { type Address, endpointText } from "./address.ts";
import type { Ending, Phase } from "./connection.ts";
import type { Reading } from "./parse.ts";
import type { State } from "./states.ts";

/**
 * One try to read the statistics.
 * `ms`: how long the server took. `fresh`: over a connection made for it, so new clients get in.
 */
export type Attempt =
  | { readonly kind: "read"; readonly reading: Reading; readonly ms: number; readonly fresh: boolean }
  | Failure;

/**
 * `hint`, for what to try next:
 * - closed, mute: the connection stood, but not one byte of an answer came before it was closed or the time was over.
 * - cut: it was closed in the middle of an answer.
 * - login: the server wants one first.
 * - TLS: no handshake came about.
 * - permission: the system does not let tidemark use the socket.
 */
export interface Failure {
  readonly kind: "failed";
  readonly state: State;
  readonly reason: string;
  readonly hint?: "closed" | "mute" | "cut" | "login" | "TLS" | "permission";
}

export function failed(state: State, reason: string, hint?: Failure["hint"]): Failure {
  return hint === undefined ? { kind: "failed", state, reason } : { kind: "failed", state, reason, hint };
}

/** Codes of what OpenSSL complains about, also before the first byte: a key that does not fit its certificate. */
const OPENSSL = /^ERR_(SSL|OSSL|TLS)_/;

interface Circumstances {
  readonly address: Address;
  /** Bytes of the answer that did come. */
  readonly received: number;
  /** How long was waited. */
  readonly ms: number;
}

/** What the end of a connection says about the server. */
export function failureOf(ending: Exclude<Ending, { kind: "read" }>, at: Circumstances): Failure {
  if (ending.kind === "late") return lateFailure(ending.phase, at);
  const where = endpointText(at.address.endpoint);
  if (ending.phase === "handshake" || OPENSSL.test(ending.code ?? "")) {
    return failed("TLS failed", `TLS with ${where} failed: ${tlsText(ending.text)}`, "TLS");
  }
  if (ending.phase === "connect") return refusal(ending.code, ending.text, at.address);
  if (at.received === 0) return failed("down", `connection closed by ${where} without a reply`, "closed");
  return failed("down", `connection closed by ${where} after ${at.received} bytes of a reply`, "cut");
}

function lateFailure(phase: Phase, at: Circumstances): Failure {
  const limit = secondsText(at.ms);
  if (phase === "connect") return connectFailure(at.address, `connect timed out after ${limit}`);
  if (phase === "handshake") return failed("hung", `connected, but no TLS handshake within ${limit}`);
  if (at.received > 0) return failed("hung", `only ${at.received} bytes of a reply within ${limit}`);
  return failed("hung", `connected, but no reply within ${limit}`, "mute");
}

/** A host that is gone does not answer; on this machine only a listener with a full backlog does not. */
function connectFailure({ endpoint }: Address, reason: string): Failure {
  const local = endpoint.kind === "tcp" && /^(127\.|::1$|localhost$)/.test(endpoint.host);
  return local ? failed("refusing connections", `${reason}, its backlog is full`) : failed("down", reason);
}

/** Errors of connect(2) and of the name service. */
function refusal(code: string | undefined, text: string, { endpoint }: Address): Failure {
  const where = endpointText(endpoint);
  switch (code) {
    case "ECONNREFUSED":
      return failed("down", `connection refused by ${where}`);
    case "ECONNRESET": // accepted, and closed before that was noticed here
      return failed("down", `connection closed by ${where} without a reply`, "closed");
    case "ENOENT":
      return failed("down", `no socket at ${where}`);
    case "EACCES":
      return failed("down", `no permission to use ${where}`, "permission");
    case "EAGAIN": // a unix socket whose backlog is full
      return failed("refusing connections", `${where} accepts no new clients`);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failed("down", `cannot resolve "${endpoint.kind === "tcp" ? endpoint.host : where}"`);
    default:
      return failed("down", `cannot connect to ${where}: ${text === "" ? "closed" : text}`);
  }
}

/** `4037D8...:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/...` without its noise. */
function tlsText(text: string): string {
  const words = /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1];
  return words ?? (text === "" ? "closed during the handshake" : (text.split("\n")[0] ?? text));
}

/** "3 s", "0.9 s": so coarse that a reason stays the same from tick to tick. */
function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
