import { existsSync } from "node:fs";
import { start } from "../real/start.ts";

const CONFIGURATION = "[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=no\\nRateLimitIntervalSec=0\\n";
/** Without systemd it makes its sockets itself. */
const SCRIPT = [
  "mount -t tmpfs tmpfs /run",
  "mkdir -p /run/log/journal /run/systemd/journald.conf.d",
  `printf '${CONFIGURATION}' > /run/systemd/journald.conf.d/tidemark.conf`,
  "exec /lib/systemd/systemd-journald",
].join(" && ");

/** A systemd-journald of a test's own, with a /run of its own. It needs root. */
export class Journal {
  readonly #root: string;
  /** What starts a program that has this journal for the machine's. */
  readonly enter: readonly string[];

  private constructor(pid: number) {
    this.#root = `/proc/${pid}/root`;
    this.enter = ["nsenter", "-t", String(pid), "-m"];
  }

  static async begin(): Promise<Journal> {
    const socketOf = (pid: number) => new Journal(pid).socket;
    const { pid } = await start("unshare", ["-m", "sh", "-c", SCRIPT], {
      ready: (program) => existsSync(socketOf(program.pid)),
    });
    return new Journal(pid);
  }

  /** As /dev/log is where systemd runs. */
  get socket(): string {
    return `${this.#root}/run/systemd/journal/dev-log`;
  }
}
