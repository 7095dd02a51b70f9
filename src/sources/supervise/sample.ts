import type { GoodSample, Labels, Sample, Stamp } from "../../ring/sample.ts";
import type { Life } from "./life.ts";
import { type Exit, type ReadService, type ServiceRecord, STATES, type UnreadService, WANTS } from "./record.ts";

const FIRST_SIGNAL = 128;

/** As a shell says it: the code, or 128 and the signal's number. */
function exitNumber({ kind, value }: Exit): number {
  return kind === "code" ? value : FIRST_SIGNAL + value;
}

interface Context {
  readonly target: string;
  readonly stamp: Stamp;
  readonly life: Life;
  /** The service's log service, when it has one. */
  readonly log: ServiceRecord | undefined;
}

export function goodSample(record: ReadService, { target, stamp, life, log }: Context): GoodSample {
  const numbers: [string, number | undefined][] = [
    ["up", Number(record.up)],
    ["since", record.since],
    ["pid", record.pid ?? 0],
    ["want", WANTS.indexOf(record.want)],
    ["normally_up", record.normallyUp === undefined ? undefined : Number(record.normallyUp)],
    ["exit", record.exit === undefined ? undefined : exitNumber(record.exit)],
    ["more_starts", Math.max(life.starts - 1, 0)],
    ["log_state", log === undefined ? undefined : STATES.number(log.state)],
  ];
  return {
    kind: "good",
    target,
    stamp,
    state: STATES.number(record.state),
    ...(record.note === undefined ? {} : { note: record.note }),
    epoch: life.epoch,
    numbers: new Map(numbers.filter((entry): entry is [string, number] => entry[1] !== undefined)),
    texts: new Map([
      ["name", record.name],
      ["supervisor", record.supervisor ?? ""],
    ]),
    parts: new Map(),
  };
}

export function failedSample(record: UnreadService, target: string, stamp: Stamp): Sample {
  return { kind: "failed", target, stamp, state: STATES.number(record.state), reason: record.reason };
}

/** LLD macros of one service. */
export function labelsOf(record: ServiceRecord): Labels {
  const normally = record.kind === "read" ? record.normallyUp : undefined;
  return {
    NAME: record.name,
    SUPERVISOR: record.supervisor ?? "",
    PATH: record.path,
    STATE: String(STATES.number(record.state)),
    NORMALLY: normally === undefined ? "" : normally ? "up" : "down",
    LOG_OF: record.logOf ?? "",
  };
}
