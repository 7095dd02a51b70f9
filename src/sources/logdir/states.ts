import { StateWords } from "../../items/states.ts";
/** Words of the state item's value map; a state's number is its place here. */
export const STATES = new StateWords([
  "no logger",
  "up",
  "logger stopped",
  "writer blocked",
  "cannot read",
  "missing",
  "logger not known",
]);

export type State = (typeof STATES)["words"][number];
