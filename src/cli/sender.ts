import { endpointText, type HostPort } from "../io/endpoint.ts";
import type { TlsOptions } from "../io/io.ts";
import { realIo } from "../io/real-io.ts";
import type { Parsed } from "../ring/answer.ts";
import { Link } from "../transports/active/link.ts";
import { exchangeRows } from "../transports/push/requests.ts";
import { instantOf } from "../zabbix/instant.ts";
import { encodeSenderData, encodeSenderRow, type SenderRow } from "../zabbix/sender.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { Output } from "./output.ts";

export interface SenderOptions {
  /** Asked one after the other until one answers. */
  readonly nodes: readonly [HostPort, ...HostPort[]];
  readonly tls: TlsOptions | undefined;
  /** The rows have times: then the time of sending is told with them, as zabbix_sender does it. */
  readonly timestamps: boolean;
  readonly output: Output;
}

/** What zabbix_sender puts into one request. */
const REQUEST_ROWS = 250;
const SILENT = { info: () => undefined, warning: () => undefined };

/** Sends rows to trapper items and says what became of them, in the words of zabbix_sender. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #io = realIo();
  readonly #link: Link;
  #sent = 0;
  #failed = 0;

  constructor(options: SenderOptions) {
    const { signal: abort } = new AbortController();
    this.#options = options;
    this.#link = new Link({ ...options, what: "", io: this.#io, log: SILENT, random: () => 0, abort });
  }

  /**
   * @param rows malformed: a fault in the input, which ends it; what was read and not sent before is dropped
   * @param skipped how many were left out already
   * @returns as zabbix_sender of 6.0: 0 all is well, 1 it could not be sent, 2 some was refused
   */
  async send(rows: AsyncIterable<Parsed<SenderRow>>, skipped = 0): Promise<ExitCode> {
    const { output } = this.#options;
    let waiting: SenderRow[] = [];
    for await (const row of rows) {
      if (row.kind === "malformed") return this.#gaveUp(row.reason);
      waiting.push(row.value);
      if (waiting.length < REQUEST_ROWS) continue;
      if (!(await this.#request(waiting))) return this.#gaveUp(this.#link.trouble);
      waiting = [];
    }
    if (waiting.length > 0 && !(await this.#request(waiting))) return this.#gaveUp(this.#link.trouble);
    output.line(`sent: ${this.#sent}; skipped: ${skipped}; total: ${this.#sent + skipped}`);
    return this.#failed > 0 ? EXIT.partly : EXIT.yes;
  }

  /** @returns whether some node took it */
  async #request(rows: readonly SenderRow[]): Promise<boolean> {
    const { timestamps, output } = this.#options;
    const sent = timestamps ? { sent: instantOf(this.#io.now().clock) } : {};
    const request = encodeSenderData(rows.map(encodeSenderRow), sent);
    let requested = await this.#link.request((send) => exchangeRows(send, request, { compress: false }));
    while (requested.kind === "again") {
      requested = await this.#link.request((send) => exchangeRows(send, request, { compress: false }));
    }
    if (requested.kind !== "done") return false;
    const { failed, info } = requested.value;
    if (info !== "") output.line(`Response from "${endpointText(this.#link.endpoint)}": "${info}"`);
    this.#sent += rows.length;
    this.#failed += failed;
    return true;
  }

  #gaveUp(reason = "no reason is known"): ExitCode {
    this.#options.output.error(`tidemark: ERROR: ${reason}`);
    this.#options.output.line("Sending failed.");
    return EXIT.no;
  }
}
