import { StateWords } from "../../items/states.ts";

/** Words of the state item's value map; a state's number is its place here. */
export const STATES = new StateWords(["down", "up", "hung", "access denied", "no status"]);

export type State = (typeof STATES)["words"][number];
