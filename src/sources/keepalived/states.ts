import { StateWords } from "../../items/states.ts";

/**
 * The value map of the state item. The first four are keepalived's own (its INIT is the first). "not master": the virtual
 * addresses are not here, and nothing else tells backup from fault.
 */
export const STATES = new StateWords([
  "unknown",
  "backup",
  "master",
  "fault",
  "not running",
  "cannot read",
  "not master",
]);

export type State = (typeof STATES)["words"][number];

/** What keepalived itself says that an instance is in. */
export type VrrpState = Extract<State, "unknown" | "backup" | "master" | "fault">;
