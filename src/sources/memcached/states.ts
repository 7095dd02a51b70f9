import { StateWords } from "../../items/states.ts";
/** Words of the state item's value map; a state's number is its place here. */
export const STATES = new StateWords([
  "down",
  "up",
  "slow",
  "hung",
  "refusing connections",
  "authentication failed",
  "TLS failed",
  "not memcached",
]);

export type State = (typeof STATES)["words"][number];

/** Clients are served: up, or up and slow. */
export function isServing(state: number): boolean {
  return state === STATES.number("up") || state === STATES.number("slow");
}
