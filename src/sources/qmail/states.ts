import { StateWords } from "../../items/states.ts";

/** The value map of the state item. "not known": the queue can be counted, but whether qmail-send runs cannot be seen. */
export const STATES = new StateWords(["not running", "up", "cannot read", "missing", "not known"]);

export type State = (typeof STATES)["words"][number];
