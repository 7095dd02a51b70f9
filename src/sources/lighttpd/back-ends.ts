// What mod_fastcgi, mod_scgi, mod_proxy and their kin write of back ends since 1.4.46: gw_backend.c of lighttpd. Names
// are such as "tcp:127.0.0.1:9000" or "unix:/run/php.sock". Only our own file and function are matched, since other
// lines carry what clients sent.
//
//   marked down := ... "(gw_backend.c." digits ") establishing connection failed: socket: " name ": " reason
//                | ... "(gw_backend.c." digits ") establishing connection failed: " reason " socket: " name     ; to 1.4.58
//   tried again := ... "(gw_backend.c." digits ") gw-server re-enabled: " name " " host " " port " " path

const DOWN = /^[^(]*\(gw_backend\.c\.\d+\) establishing connection failed: (?:[^:]* )?socket: (.+?)(?:: [^:/]+)?$/;
const AGAIN = /^[^(]*\(gw_backend\.c\.\d+\) gw-server re-enabled: (.+?) \S* \d+(?: .*)?$/;
const STARTED = /^[^(]*\((?:server|log)\.c\.\d+\) server started/;

const MOST_NAMES = 1000;

/** Knows from lines of the error log which back ends lighttpd has marked down. */
export class BackEnds {
  /** Those that lighttpd does not try now. */
  readonly #disabled = new Set<string>();
  readonly #failed = new Set<string>();

  line(text: string): void {
    const down = DOWN.exec(text)?.[1];
    if (down !== undefined) this.#mark(down);
    const again = AGAIN.exec(text)?.[1];
    if (again !== undefined) this.#disabled.delete(again);
    if (STARTED.test(text)) this.#disabled.clear();
  }

  /** Lines were missed: what is down now will be marked again with the next request. */
  gap(): void {
    this.#disabled.clear();
  }

  /** Names of those that were marked since the last take, though they may be tried again, and of those that still are. */
  take(): readonly string[] {
    const names = [...new Set([...this.#disabled, ...this.#failed])].sort();
    this.#failed.clear();
    return names;
  }

  #mark(name: string): void {
    if (this.#failed.size >= MOST_NAMES || this.#disabled.size >= MOST_NAMES) return;
    this.#failed.add(name);
    this.#disabled.add(name);
  }
}
