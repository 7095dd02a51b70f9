import { StateWords } from "../../items/states.ts";

/** State of the machine's figures and of a watched process; a state's number is its place here. */
export const STATES = new StateWords(["no process", "up", "cannot see"]);
