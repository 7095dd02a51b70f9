/**
 * The two results that travel through every room.
 *
 * `Answer` is what an item says about its subject; `Parsed` is what a reader makes of bytes or text.
 * A reason is a lower-case fragment without full stop; the registry makes a sentence of it.
 */

/**
 * - value: known now.
 * - none: there is rightly no value now (no requests in the window, no pressure, a hole).
 * - unknown: should be known but is not; Zabbix is told "not supported" with this reason.
 */
export type Answer<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

export function value<T>(v: T): Answer<T> {
  return { kind: "value", value: v };
}

export function none(reason: string): Answer<never> {
  return { kind: "none", reason };
}

export function unknown(reason: string): Answer<never> {
  return { kind: "unknown", reason };
}

/** Continues with the value, or passes the missing answer on as it is. */
export function flatMap<A, B>(answer: Answer<A>, next: (value: A) => Answer<B>): Answer<B> {
  return answer.kind === "value" ? next(answer.value) : answer;
}

export type Parsed<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "malformed"; readonly reason: string };

export function ok<T>(v: T): Parsed<T> {
  return { kind: "ok", value: v };
}

export function malformed(reason: string): Parsed<never> {
  return { kind: "malformed", reason };
}
