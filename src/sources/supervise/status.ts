import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Exit, Supervisor, Want } from "./record.ts";
import { parseTai64n, type TaiSeconds } from "./tai.ts";

/** What a status file says. */
export interface Status {
  readonly supervisor: Exclude<Supervisor, "systemd">;
  /** Of the last start or end. */
  readonly stamp: TaiSeconds;
  /** Of the program or of the finish script; undefined: neither runs. */
  readonly pid: number | undefined;
  readonly paused: boolean;
  /** The finish script runs. */
  readonly finishing: boolean;
  readonly want: Want;
  /** s6: the program has said that it is ready; when down: the finish script is over. */
  readonly ready: boolean;
  /** s6: how the program ended last; the same before it ever has. */
  readonly exit?: Exit;
}

/** Enough to tell a file that is too long: no supervisor's record has so many. */
export const MOST_STATUS_BYTES = 64;

const DAEMONTOOLS_BYTES = 18;
const RUNIT_BYTES = 20;
/** s6 2.2 to 2.12 and from 2.14 on; with the process group, 2.13. */
const S6_BYTES = 35;
const S6_GROUP_BYTES = 43;

/** Whose layout it is: only s6 goes without the FIFO `ok`. */
export function parseStatus(bytes: Buffer, hasOk: boolean): Parsed<Status> {
  if (hasOk && bytes.length === RUNIT_BYTES) return parseRunit(bytes);
  const mayBeLonger = bytes.length >= DAEMONTOOLS_BYTES && bytes.length < MOST_STATUS_BYTES;
  if (hasOk && mayBeLonger) return parseDaemontools(bytes, "daemontools");
  switch (bytes.length) {
    case DAEMONTOOLS_BYTES:
      return parseDaemontools(bytes, "s6");
    case S6_BYTES:
      return parseS6(bytes, bytes.length - 3);
    case S6_GROUP_BYTES:
      return parseS6(bytes, bytes.length - 3);
    default:
      return malformed(`expected ${hasOk ? "18 or 20" : "18, 35 or 43"} bytes, found ${bytes.length}`);
  }
}

const WANT_BYTES: ReadonlyMap<number, Want> = new Map([
  [0x75, "up"],
  [0x64, "down"],
  [0, "once"],
]);

// daemontools := stamp:tai64n pid:u32le paused:u8 want:"u" / "d" / NUL     daemontools-encore appends to it
function parseDaemontools(bytes: Buffer, supervisor: "daemontools" | "s6"): Parsed<Status> {
  const stamp = parseTai64n(bytes, 0);
  if (stamp.kind === "malformed") return stamp;
  const want = WANT_BYTES.get(bytes.readUInt8(17));
  if (want === undefined) return malformed(`unknown want flag 0x${bytes.toString("hex", 17, 18)}`);
  return ok({
    supervisor,
    stamp: stamp.value,
    pid: bytes.readUInt32LE(12) || undefined,
    paused: bytes.readUInt8(16) !== 0,
    finishing: false,
    want,
    ready: false,
  });
}

const RUNIT_STATES = ["down", "run", "finish"];

// runit := daemontools got-TERM:u8 state:u8
function parseRunit(bytes: Buffer): Parsed<Status> {
  const common = parseDaemontools(bytes, "daemontools");
  if (common.kind === "malformed") return common;
  const state = RUNIT_STATES[bytes.readUInt8(19)];
  if (state === undefined) return malformed(`unknown state 0x${bytes.toString("hex", 19, 20)}`);
  const termed = bytes.readUInt8(18) !== 0;
  const { pid, want } = common.value;
  // "sv down" sends TERM at once, "sv once" does not
  const once = want === "down" && state === "run" && pid !== undefined && !termed;
  return ok({
    ...common.value,
    supervisor: "runit",
    finishing: state === "finish",
    want: once ? "once" : want,
  });
}

const S6_PAUSED = 1;
const S6_FINISHING = 2;
const S6_WANTS_UP = 4;
const S6_READY = 8;

// s6 := stamp:tai64n ready-stamp:tai64n pid:u64be [group:u64be] wait-status:u16be flags:u8
function parseS6(bytes: Buffer, tail: number): Parsed<Status> {
  const stamp = parseTai64n(bytes, 0);
  if (stamp.kind === "malformed") return stamp;
  const flags = bytes.readUInt8(tail + 2);
  return ok({
    supervisor: "s6",
    stamp: stamp.value,
    pid: Number(bytes.readBigUInt64BE(24)) || undefined,
    paused: (flags & S6_PAUSED) !== 0,
    finishing: (flags & S6_FINISHING) !== 0,
    want: (flags & S6_WANTS_UP) === 0 ? "down" : "up",
    ready: (flags & S6_READY) !== 0,
    exit: exitOf(bytes.readUInt16BE(tail)),
  });
}

/** As wait(2) gives it. */
function exitOf(waitStatus: number): Exit {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? { kind: "code", value: waitStatus >> 8 } : { kind: "signal", value: signal };
}
