import { StateWords } from "../../items/states.ts";
import type { Finding, Tick } from "../source.ts";

/** Words of the state item's value map; a state's number is its place here. The same for all supervisors. */
export const STATES = new StateWords([
  "down",
  "up",
  "wants up but down",
  "wants down but up",
  "paused",
  "finishing",
  "supervisor dead",
  "cannot read",
  "never supervised",
  "starting or not ready",
  "failed for good",
]);

export type State = (typeof STATES)["words"][number];

export const SUPERVISORS = ["daemontools", "runit", "s6", "systemd"] as const;

export type Supervisor = (typeof SUPERVISORS)[number];

/** What the supervisor is told to do. once: start when it is not up, but never again when it ends. */
export const WANTS = ["down", "up", "once"] as const;

export type Want = (typeof WANTS)[number];

/** How the service's program ended the last time: with an exit code, or by a signal's number. */
export interface Exit {
  readonly kind: "code" | "signal";
  readonly value: number;
}

/**
 * What a supervisor itself counts.
 * - deaths: ends of the service's program, only rising while this reader lives (s6: of death_tally).
 * - restarts: automatic restarts since somebody last started or reset the unit by hand (systemd: NRestarts).
 */
export interface Count {
  readonly kind: "deaths" | "restarts";
  readonly value: number;
}

/** What every record says, readable or not. */
interface Named {
  /**
   * Native name: the name in the scan directory ("web", "web:log" for its log service) or the unit's ("nginx.service").
   * Unique among the records of one reader.
   */
  readonly name: string;
  /** undefined: nothing readable tells it. */
  readonly supervisor: Supervisor | undefined;
  /** Path of the service directory or of the unit file; "" when there is none. */
  readonly path: string;
  readonly state: State;
  /** Native name of the service whose log service this is. */
  readonly logOf?: string;
}

/** A service whose supervisor's word was read and is believed. */
export interface ReadService extends Named {
  readonly kind: "read";
  /** Whether the service's own program runs: up, wants down but up, paused, starting. Not while a finish script does. */
  readonly up: boolean;
  /** Unix seconds of the last start (when up) or of the last end; undefined: it was never started, or not known. */
  readonly since: number | undefined;
  /** Of the service's own program; undefined while it does not run. */
  readonly pid: number | undefined;
  readonly want: Want;
  /** Whether it is started at boot; undefined: not known. */
  readonly normallyUp: boolean | undefined;
  /** Of the last end, also while it is up again; undefined where the supervisor does not keep it or it never ended. */
  readonly exit?: Exit;
  readonly count?: Count;
  /** In words, what is wrong although the values are good: "the program cannot be executed". */
  readonly note?: string;
}

/** A service of which no more is known than why: cannot read, supervisor dead, never supervised. */
export interface UnreadService extends Named {
  readonly kind: "unread";
  /** Lower-case fragment. */
  readonly reason: string;
}

/** One service as one scan saw it. */
export type ServiceRecord = ReadService | UnreadService;

/** What one look brought. */
export interface Scan {
  /** In the order in which people list them; a log service after its own. */
  readonly services: readonly ServiceRecord[];
  /** Why there may be more services than these (a lower-case fragment); undefined when the list is complete. */
  readonly incomplete: string | undefined;
  readonly findings: readonly Finding[];
}

/** A family of supervisors, looked at once a tick. */
export interface ServiceReader {
  /** Settles by the tick's deadline; never rejects for what it meets outside. */
  look(tick: Tick): Promise<Scan>;
  close(): Promise<void>;
}
