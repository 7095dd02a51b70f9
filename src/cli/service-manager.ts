import { write } from "node:fs";

/** Who started this process as a service, by the rules of systemd: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3). */
export interface ServiceManager {
  /** Descriptors of sockets that listen already, in the order of the socket unit. */
  readonly sockets: readonly number[];
  /** Seconds within which it wants to hear that all is well; undefined: it does not watch. */
  readonly watchdogSeconds: number | undefined;
  /**
   * Tells it a state such as "READY=1". Resolves to why it was not told, a fragment; undefined: told, nobody to tell, or
   * one that hears "READY=1" alone.
   */
  tell(state: string): Promise<string | undefined>;
}

/** For a process that was started by hand, or by a parent that is no service manager. */
export const NO_MANAGER: ServiceManager = { sockets: [], watchdogSeconds: undefined, tell: async () => undefined };

/** The service does its work: again, after RELOADING. */
export const READY = "READY=1";
export const STOPPING = "STOPPING=1";

/** The configuration is read anew. systemd wants to know since when: CLOCK_MONOTONIC in microseconds. */
export function reloading(mono: number): string {
  return `RELOADING=1\nMONOTONIC_USEC=${Math.floor(mono * 1e6)}`;
}

const FIRST_SOCKET = 3;

/**
 * Reads what a service manager left in the environment, and takes it out: a child must not think that it is meant.
 *
 * Node has no unix datagram sockets, but it can write to one that is connected: the unit opens it, connects it to
 * NOTIFY_SOCKET and hands it over as descriptor NOTIFY_FD. So states come from this process itself, and none is forked.
 * @param pid our own; sockets and watchdog of another process are not ours
 */
export function serviceManager(env: NodeJS.ProcessEnv, pid: number): ServiceManager {
  const { LISTEN_PID, LISTEN_FDS, WATCHDOG_PID = String(pid), WATCHDOG_USEC, NOTIFY_FD, NOTIFY_SOCKET } = env;
  for (const name of VARIABLES) delete env[name];
  const count = LISTEN_PID === String(pid) ? wholeNumber(LISTEN_FDS) : 0;
  const micros = WATCHDOG_PID === String(pid) ? wholeNumber(WATCHDOG_USEC) : 0;
  const notify = wholeNumber(NOTIFY_FD);
  return {
    sockets: Array.from({ length: count }, (_, at) => FIRST_SOCKET + at),
    watchdogSeconds: micros === 0 || notify === 0 ? undefined : micros / 1e6,
    tell: async (state) => (notify === 0 || !isHeard(state, NOTIFY_SOCKET) ? undefined : tell(notify, state)),
  };
}

/** s6 takes a line for readiness, whatever it says, and closes its end then; only systemd has a socket. */
function isHeard(state: string, socket: string | undefined): boolean {
  return state === READY || socket !== undefined;
}

const VARIABLES = [
  "LISTEN_PID",
  "LISTEN_FDS",
  "LISTEN_FDNAMES",
  "WATCHDOG_PID",
  "WATCHDOG_USEC",
  "NOTIFY_SOCKET",
  "NOTIFY_FD",
] as const;

/** 0 when it is none. */
function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** Off the event loop: it blocks while the manager's queue is full. The line feed is what s6 takes for readiness. */
function tell(descriptor: number, state: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    write(descriptor, `${state}\n`, (error) =>
      resolve(error === null ? undefined : `cannot tell the service manager ${state}: ${error.message}`),
    );
  });
}
