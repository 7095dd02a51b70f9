/** Words of the state item's value map; a state's number is its place here. */
export const STATES = [
  "no logger",
  "up",
  "logger stopped",
  "writer blocked",
  "cannot read",
  "missing",
  "logger not known",
] as const;

export type State = (typeof STATES)[number];

export function stateNumber(state: State): number {
  return STATES.indexOf(state);
}

export function stateWord(state: number): string {
  return STATES[state] ?? `state ${state}`;
}
