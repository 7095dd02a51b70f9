import { readdirSync, readFileSync } from "node:fs";

/** One line of the process table. `group` and `session` as in setsid(2); seconds are CPU time, waited-for children included. */
export interface Process {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** One letter as in ps(1): R, S, D, T (stopped), Z (zombie). */
  readonly state: string;
  readonly command: string;
  readonly cpuSeconds: number;
}

/** Environment variable by which every process that a test started is known, whatever became of its parent. */
export const MARK = "TIDEMARK_TEST";

/** USER_HZ: fixed at 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** All processes that run, sleep or are stopped; zombies and those that end while the table is read are left out. */
export function processes(): readonly Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const text = read(`/proc/${pid}/stat`);
      return text === undefined ? [] : [parseStat(text)];
    })
    .filter(({ state }) => state !== "Z" && state !== "X");
}

/** Reads /proc/PID/stat (proc(5)). The command may hold blanks and brackets, so fields count from the last bracket. */
export function parseStat(text: string): Process {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const rest = text.slice(close + 2).split(" ");
  const number = (field: number): number => Number(rest[field - 3]); // field numbers as proc(5) counts them
  return {
    pid: Number(text.slice(0, open)),
    group: number(5),
    session: number(6),
    state: rest[0] ?? "?",
    command: text.slice(open + 1, close),
    cpuSeconds: (number(14) + number(15) + number(16) + number(17)) / TICKS_PER_SECOND,
  };
}

/** One letter for each thread, as in `Process.state`: a signal that stops a program reaches them one after the other. */
export function threadStates(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map(
    (thread) => parseStat(read(`/proc/${pid}/task/${thread}/stat`) ?? "").state,
  );
}

/** The mark a process inherited; undefined when it has none, has overwritten it or belongs to somebody else. */
export function markOf(pid: number): string | undefined {
  const found = read(`/proc/${pid}/environ`)
    ?.split("\0")
    .find((entry) => entry.startsWith(`${MARK}=`));
  return found?.slice(MARK.length + 1);
}

/** Resident memory in bytes; 0 for a process that is gone. */
export function rssOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Open file descriptors. Throws for a process that is gone. */
export function fdsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Listening IPv4 TCP sockets as "address:port", of all processes. */
export function listeners(): readonly string[] {
  return parseListeners(read("/proc/net/tcp") ?? "");
}

/** Reads /proc/net/tcp: `sl local_address rem_address st ...`, the address little-endian hex; state 0A is LISTEN. */
export function parseListeners(text: string): readonly string[] {
  return [...text.matchAll(/^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A /gm)].map(([, address = "", port = ""]) => {
    const bytes = Buffer.from(address, "hex").reverse();
    return `${[...bytes].join(".")}:${Number.parseInt(port, 16)}`;
  });
}

/** Signals a process or group (a negative number) that may be gone already. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined; // ended meanwhile, or not ours to read
  }
}
