import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Value } from "./dbus-value.ts";
import type { Exit, ServiceRecord, State, Want } from "./record.ts";
import type { Moment, Stamps } from "./systemd-stamps.ts";

/** One row of ListUnits. `path` is the unit's D-Bus object; `job`: what is waiting to be done to it, "" for nothing. */
export interface Unit {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly path: string;
  readonly job: string;
}

/** What of a unit changes only with its files. `fileState` as `systemctl is-enabled` says it; "" where a unit has none. */
export interface Facts {
  readonly fileState: string;
  /** Of a service: simple, notify, oneshot ... */
  readonly type: string;
  /** Path of the unit file. */
  readonly file: string;
}

/** Values of a unit by their names in org.freedesktop.systemd1; what could not be read is missing. */
export type Properties = ReadonlyMap<string, Value>;

/** Source: org.freedesktop.systemd1(5), ListUnits: a(name description load active sub following path jobId jobType jobPath). */
export function unitsOf(values: readonly Value[]): Parsed<readonly Unit[]> {
  const [rows] = values;
  if (!Array.isArray(rows)) return malformed("expected a list of units from systemd");
  const units = rows.map((row: Value) => unitOf(row));
  return units.every((unit) => unit !== undefined) ? ok(units) : malformed("expected rows of ten values from systemd");
}

function unitOf(row: Value): Unit | undefined {
  if (!Array.isArray(row) || row.length !== 10) return undefined;
  const [name, , load, active, sub, , path, , job] = row.map((cell: Value) => String(cell));
  if (!name || !path) return undefined;
  return { name, load: load ?? "", active: active ?? "", sub: sub ?? "", path, job: job ?? "" };
}

const UNIT = "org.freedesktop.systemd1.Unit";
const SERVICE = "org.freedesktop.systemd1.Service";

/** A property and the interface that has it. */
export interface Property {
  readonly interface: string;
  readonly name: string;
}

export const FACTS: readonly Property[] = [
  { interface: UNIT, name: "UnitFileState" },
  { interface: UNIT, name: "FragmentPath" },
  { interface: SERVICE, name: "Type" },
];

const ALWAYS: readonly Property[] = [
  { interface: SERVICE, name: "MainPID" },
  { interface: SERVICE, name: "NRestarts" },
  { interface: UNIT, name: "FreezerState" },
  ...stamp(SERVICE, "ExecMainStartTimestamp"),
  ...stamp(UNIT, "ActiveEnterTimestamp"),
];

const UNLESS_RUNNING: readonly Property[] = [
  ...ALWAYS,
  { interface: SERVICE, name: "ExecMainCode" },
  { interface: SERVICE, name: "ExecMainStatus" },
  { interface: SERVICE, name: "Result" },
  { interface: UNIT, name: "ConditionResult" },
  { interface: UNIT, name: "ConditionTimestampMonotonic" },
  { interface: UNIT, name: "LoadError" },
  ...stamp(SERVICE, "ExecMainExitTimestamp"),
  ...stamp(UNIT, "InactiveEnterTimestamp"),
];

function stamp(from: string, name: string): readonly Property[] {
  return [
    { interface: from, name },
    { interface: from, name: `${name}Monotonic` },
  ];
}

/** What has to be read for a unit's record. Each is one question to PID 1, so a running unit is asked less. */
export function wanted({ active, sub }: Unit): readonly Property[] {
  return active === "active" && sub === "running" ? ALWAYS : UNLESS_RUNNING;
}

export function factsOf(properties: Properties): Facts {
  return {
    fileState: textOf(properties.get("UnitFileState")),
    type: textOf(properties.get("Type")),
    file: textOf(properties.get("FragmentPath")),
  };
}

/** The service of one unit. Every unit gets a record: an unknown or unloadable one says why there is no more. */
export function recordOf(unit: Unit, facts: Facts, properties: Properties, stamps: Stamps): ServiceRecord {
  const reason = unreadable(unit, properties);
  const named = { name: unit.name, supervisor: "systemd", path: facts.file } as const;
  const state = reason === undefined ? stateOf(unit, properties) : undefined;
  if (state === undefined) {
    const found = reason ?? `"${unit.name}" is "${unit.active}" (${unit.sub}), a state that is not known`;
    return { ...named, kind: "unread", state: "cannot read", reason: found };
  }
  const pid = numberOf(properties.get("MainPID"));
  const up = isUp(unit, pid);
  const moment = momentOf(unit, up, properties);
  const exit = exitOf(properties);
  const note = noteOf(unit, properties);
  return {
    ...named,
    kind: "read",
    state,
    up,
    since: moment && stamps.since(unit.name, moment),
    pid: pid > 0 ? pid : undefined,
    want: wantOf(unit),
    normallyUp: normallyUp(facts),
    ...(exit === undefined ? {} : { exit }),
    ...(properties.has("NRestarts") ? { count: { kind: "restarts", value: restartsOf(unit, properties) } } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

/** Why a unit that does not run cannot even be judged. One that still runs may have lost or spoilt its file. */
function unreadable({ name, load, active }: Unit, properties: Properties): string | undefined {
  if (active !== "inactive" || load === "loaded" || load === "masked") return undefined;
  if (load === "not-found") return `systemd knows no unit "${name}"`;
  const error = properties.get("LoadError");
  const words = Array.isArray(error) ? textOf(error[1]) : "";
  return `systemd cannot load "${name}": ${words === "" ? load : words}`;
}

function stateOf(unit: Unit, properties: Properties): State | undefined {
  const running = numberOf(properties.get("MainPID")) > 0;
  switch (unit.active) {
    case "active":
    case "reloading":
    case "refreshing":
      return properties.get("FreezerState") === "frozen" ? "paused" : "up";
    case "activating":
      return unit.sub.startsWith("auto-restart") ? "wants up but down" : "starting or not ready";
    case "deactivating":
      return running && wantOf(unit) === "down" ? "wants down but up" : "finishing";
    case "inactive":
      return wantOf(unit) === "up" ? "starting or not ready" : "down";
    case "failed":
      return "failed for good";
    default:
      return undefined;
  }
}

function isUp({ active }: Unit, pid: number): boolean {
  if (active === "activating" || active === "deactivating") return pid > 0;
  return active !== "inactive" && active !== "failed";
}

/** systemd has no flag for it: a waiting job says what is wanted, else what became of the newest one. Nobody stopped a failed unit. */
function wantOf({ active, job }: Unit): Want {
  if (job === "stop") return "down";
  if (["start", "restart", "try-restart"].includes(job)) return "up";
  return active === "inactive" || active === "deactivating" ? "down" : "up";
}

/** undefined: something else starts it (static, indirect), or its state was not to be read. */
function normallyUp({ fileState }: Facts): boolean | undefined {
  if (isEnabled(fileState)) return true;
  return ["disabled", "masked", "masked-runtime"].includes(fileState) ? false : undefined;
}

export function isEnabled(fileState: string): boolean {
  return fileState === "enabled" || fileState === "enabled-runtime";
}

/**
 * NRestarts rises when the next start is due. While the program is still to come, this last one is not counted: it
 * would be taken for two when it is seen up.
 */
function restartsOf({ active, sub, job }: Unit, properties: Properties): number {
  const due = active === "activating" && numberOf(properties.get("MainPID")) === 0;
  const counted = numberOf(properties.get("NRestarts"));
  const stillWaits = sub === "auto-restart" && job === "";
  return due && !stillWaits ? Math.max(0, counted - 1) : counted;
}

/** Numbers of CLD_* in <bits/siginfo-consts.h>: how a child ended. */
const EXITED = 1;
const KILLED = 2;
const DUMPED = 3;

/** systemd forgets the last end when the program is started again. */
function exitOf(properties: Properties): Exit | undefined {
  const code = numberOf(properties.get("ExecMainCode"));
  const value = numberOf(properties.get("ExecMainStatus"));
  if (code === EXITED) return { kind: "code", value };
  return code === KILLED || code === DUMPED ? { kind: "signal", value } : undefined;
}

function noteOf({ active, load, name }: Unit, properties: Properties): string | undefined {
  const result = textOf(properties.get("Result"));
  if (active === "failed") return `systemd gave up with result "${result}"`;
  if (active === "activating" && result !== "" && result !== "success") return `it ended with result "${result}"`;
  if (active !== "inactive") return load === "loaded" ? undefined : `the unit file of "${name}" is now ${load}`;
  const checked = numberOf(properties.get("ConditionTimestampMonotonic")) > 0;
  return checked && properties.get("ConditionResult") === false
    ? "systemd did not start it: a condition of the unit is not met"
    : undefined;
}

/**
 * The main program's own start and end, which stay the same from "starting" to "up" and while the next start is waited
 * for; the unit's where it has no main program.
 */
function momentOf({ active, sub }: Unit, up: boolean, properties: Properties): Moment | undefined {
  const names = up
    ? ["ExecMainStartTimestamp", "ActiveEnterTimestamp"]
    : ["ExecMainExitTimestamp", "InactiveEnterTimestamp"];
  const name = names.find((one) => numberOf(properties.get(one)) > 0);
  if (name === undefined) return undefined;
  const starting = active === "activating" && !sub.startsWith("auto-restart");
  const seconds = (stampName: string): number => numberOf(properties.get(stampName)) / 1e6;
  const kind = up ? "start" : starting ? "before start" : "end";
  return { kind, clock: seconds(name), mono: seconds(`${name}Monotonic`) };
}

function numberOf(value: Value | undefined): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : 0;
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
