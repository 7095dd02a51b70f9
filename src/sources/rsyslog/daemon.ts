import type { Io } from "../../io/io.ts";
import { isContained, ProcessList } from "../../io/processes.ts";

const NAME = /(?:^|\/)rsyslogd$/;

/** Finds this machine's own rsyslogd: the one that reads the configuration that we read. */
export class DaemonSearch {
  readonly #io: Io;
  readonly #configuration: string;
  readonly #processes: ProcessList;
  readonly #found = new Map<string, true>();

  constructor(io: Io, configuration: string) {
    this.#io = io;
    this.#configuration = configuration;
    this.#processes = new ProcessList(io);
  }

  /** Its process id; undefined: it does not run, or not to be seen by us. */
  look(): string | undefined {
    const fresh = this.#processes.look();
    this.#processes.keepRunning(this.#found);
    for (const pid of fresh) {
      if (this.#isOurs(pid)) this.#found.set(pid, true);
      else this.#found.delete(pid);
    }
    return this.#found.keys().next().value;
  }

  #isOurs(pid: string): boolean {
    const words = (this.#io.readText(`/proc/${pid}/cmdline`) ?? "").split("\0");
    if (!NAME.test(words[0] ?? "")) return false;
    return configurationOf(words) === this.#configuration && !isContained(this.#io, pid);
  }
}

/** What stands behind `-f`, or in one word with it; rsyslogd's default without. */
function configurationOf(words: readonly string[]): string {
  const at = words.findIndex((word) => /^-f/.test(word));
  const found = words[at]?.slice(2) || words[at + 1];
  return at < 0 || found === undefined ? "/etc/rsyslog.conf" : found;
}
