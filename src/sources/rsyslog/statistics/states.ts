import { StateWords } from "../../../items/states.ts";

/** Words of the state item of the statistics; a state's number is its place here. */
export const STATISTICS_STATES = new StateWords(["waiting", "up", "stale", "cannot read"]);

export type StatisticsState = (typeof STATISTICS_STATES)["words"][number];
