import { StateWords } from "../../../items/states.ts";

/** Words of a spool directory's state item; a state's number is its place here. */
export const SPOOL_STATES = new StateWords(["empty", "in use", "leftovers", "cannot read", "missing"]);
