import { StateWords } from "../../../items/states.ts";

/** Words of a queue's state item; a state's number is its place here. */
export const QUEUE_STATES = new StateWords([
  "empty",
  "waiting",
  "spilling to disk",
  "discarding",
  "stuck",
  "stale",
  "missing",
]);

export type QueueState = (typeof QUEUE_STATES)["words"][number];
