import { StateWords } from "../../../items/states.ts";

/** Words of an input's state item; a state's number is its place here. */
export const INPUT_STATES = new StateWords(["well", "refusing", "stale", "missing"]);
