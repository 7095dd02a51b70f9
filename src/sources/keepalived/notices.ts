import type { VrrpState } from "./states.ts";

// notice := type ' "' name '" ' state " " priority "\n"      keepalived.conf(5), vrrp_notify_fifo
// type   := "INSTANCE" | "GROUP"                             VS and RS lines of a common FIFO have another form

/** What one line of the notify FIFO says of an instance. "gone": it was stopped or taken out of the configuration. */
export interface Notice {
  readonly name: string;
  readonly state: VrrpState | "gone";
  /** Effective priority, 0 to 255. */
  readonly priority: number;
}

const STATE_OF: Readonly<Record<string, Notice["state"]>> = {
  MASTER: "master",
  MASTER_RX_LOWER_PRI: "master",
  MASTER_PRIORITY: "master",
  BACKUP: "backup",
  BACKUP_PRIORITY: "backup",
  FAULT: "fault",
  STOP: "gone",
  DELETED: "gone",
};

const NOTICE = /^INSTANCE "(.+)" ([A-Z_]+) (\d{1,3})$/;
/** What keepalived writes, too, and what does not concern an instance. */
const OTHER = /^(?:GROUP|VS|RS) ./;

/** "other": a line of keepalived about something else; undefined: no line of keepalived. */
export function parseNotice(line: string): Notice | "other" | undefined {
  const [, name, word, digits] = NOTICE.exec(line) ?? [];
  if (name === undefined || word === undefined) return OTHER.test(line) ? "other" : undefined;
  const state = STATE_OF[word];
  const priority = Number(digits);
  return state === undefined || priority > 255 ? undefined : { name, state, priority };
}

/** The longest line that is waited for; names of keepalived are far shorter. */
const LONGEST_LINE = 4096;

/** Makes notices of the bytes of a FIFO, however they are cut. */
export class NoticeReader {
  #begun = "";
  /** The line that comes now is too long to be one of keepalived, and was counted. */
  #isSkipping = false;
  #strange = 0;

  /** The notices that are whole now, in order. */
  push(bytes: Buffer): readonly Notice[] {
    const [first = "", ...rest] = bytes.toString("latin1").split("\n");
    const lines = [this.#begun + first, ...rest];
    this.#begun = lines.pop() ?? "";
    const whole = this.#isSkipping ? lines.slice(1) : lines;
    if (lines.length > 0) this.#isSkipping = false;
    this.#bound();
    return whole.flatMap((line) => this.#notice(line));
  }

  /** Lines since the call before that keepalived does not write. */
  takeStrange(): number {
    const strange = this.#strange;
    this.#strange = 0;
    return strange;
  }

  #notice(line: string): readonly Notice[] {
    const parsed = parseNotice(Buffer.from(line, "latin1").toString("utf8"));
    if (parsed === undefined) this.#strange++;
    return parsed === undefined || parsed === "other" ? [] : [parsed];
  }

  #bound(): void {
    if (this.#isSkipping || this.#begun.length > LONGEST_LINE) {
      if (!this.#isSkipping) this.#strange++;
      this.#isSkipping = true;
      this.#begun = "";
    }
  }
}
