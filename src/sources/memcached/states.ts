/** Words of the state item's value map; a state's number is its place here. */
export const STATES = [
  "down",
  "up",
  "slow",
  "hung",
  "refusing connections",
  "authentication failed",
  "TLS failed",
  "not memcached",
] as const;

export type State = (typeof STATES)[number];

export function stateNumber(state: State): number {
  return STATES.indexOf(state);
}

export function stateWord(state: number): string {
  return STATES[state] ?? `state ${state}`;
}

/** Clients are served: up, or up and slow. */
export function isServing(state: number): boolean {
  return state === stateNumber("up") || state === stateNumber("slow");
}
