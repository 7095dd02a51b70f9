import type { Ending, Phase } from "../../io/connection.ts";
import { endingReason, isTlsFailure } from "../../io/ending-reason.ts";
import { isLoopback } from "../../io/endpoint.ts";
import type { Address } from "./address.ts";
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

interface Circumstances {
  readonly address: Address;
  /** Bytes of the answer that did come. */
  readonly received: number;
  /** How long was waited. */
  readonly ms: number;
}

/** What the end of a connection says about the server. */
export function failureOf(
  ending: Exclude<Ending, { kind: "read" }>,
  { address, received, ms }: Circumstances,
): Failure {
  const { endpoint } = address;
  const reason = endingReason(ending, { endpoint, received, ms });
  if (ending.kind === "late") return lateFailure(ending.phase, reason, { address, received, ms });
  if (isTlsFailure(ending)) return failed("TLS failed", reason, "TLS");
  if (ending.phase === "open") return failed("down", reason, received === 0 ? "closed" : "cut");
  return failed(ending.code === "EAGAIN" ? "refusing connections" : "down", reason, CONNECT_HINTS.get(ending.code));
}

/** A host that is gone does not answer; on this machine only a listener with a full backlog does not. */
function lateFailure(phase: Phase, reason: string, { address, received }: Circumstances): Failure {
  if (phase === "connect") return failed(isLoopback(address.endpoint) ? "refusing connections" : "down", reason);
  return failed("hung", reason, phase === "open" && received === 0 ? "mute" : undefined);
}

const CONNECT_HINTS: ReadonlyMap<string | undefined, Failure["hint"]> = new Map([
  ["ECONNRESET", "closed"],
  ["EACCES", "permission"],
] as const);
