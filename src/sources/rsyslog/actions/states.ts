import { StateWords } from "../../../items/states.ts";

/** Words of an action's state item; a state's number is its place here. */
export const ACTION_STATES = new StateWords(["well", "failing", "suspended", "stale", "missing"]);
