import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import { bytePath } from "../../io/local-files.ts";
import { shortName } from "../../items/short-name.ts";
import type { Configuration } from "./configuration/configuration.ts";
import type { QueueSettings } from "./configuration/queue-settings.ts";
import { ConfigurationReader } from "./configuration/reader.ts";
import type { FeedChoice } from "./feed/sweep.ts";
import type { OwnLimits } from "./queues/room.ts";
import type { General, Named } from "./section.ts";

/** Where Debian's and most others' configuration lets queues keep files. */
const USUAL_SPOOL = "/var/spool/rsyslog";

/** What the configurations say, rsyslogd's and our own. */
export class Machine {
  readonly #section: Section<General, Named>;
  readonly #reader: ConfigurationReader;
  #configuration: Configuration | undefined;

  constructor(io: Io, section: Section<General, Named>) {
    this.#section = section;
    this.#reader = new ConfigurationReader(io, section.general.Configuration);
  }

  get configuration(): Configuration | undefined {
    return this.#configuration;
  }

  /** Reads rsyslogd's configuration again, where it has changed. */
  read(): void {
    this.#configuration = this.#reader.get();
  }

  /** Whether all of it could be read. */
  get isComplete(): boolean {
    return this.#configuration?.unread.length === 0;
  }

  /** Why there may be more than is known: a part of rsyslogd's configuration that is there and cannot be read. */
  get hidden(): string | undefined {
    return this.#configuration === undefined ? undefined : this.unread;
  }

  /** Where statistics come from; undefined: from nowhere. */
  get choice(): FeedChoice | undefined {
    const { Stats } = this.#section.general;
    if (Stats === "none") return undefined;
    if (Stats !== "auto") return Stats;
    const file = this.#configuration?.stats?.file;
    return file === undefined ? undefined : { kind: "file", path: bytePath(file) };
  }

  /** Statistics are wanted, from wherever they can be had. */
  get isAsked(): boolean {
    return this.#section.general.Stats === "auto";
  }

  settings(native: string): QueueSettings | undefined {
    return this.#configuration?.queues.get(native);
  }

  own(native: string): OwnLimits | undefined {
    const values = this.#section.named.get(shortName(native));
    return values === undefined ? undefined : { size: values.Size, maxDiskSpace: values.MaxDiskSpace };
  }

  /** Why rsyslogd's configuration does not tell of queues. */
  get unread(): string | undefined {
    const path = this.#section.general.Configuration;
    if (this.#configuration === undefined) return `there is no "${path}"`;
    const [first] = this.#configuration.unread;
    return first === undefined ? undefined : `cannot read "${first.path}": ${first.reason}`;
  }

  /** Directory of a queue's files; undefined: not known. */
  directoryOf(settings: QueueSettings | undefined): string | undefined {
    const named = settings?.spoolDirectory ?? this.#configuration?.workDirectory;
    return named ?? (this.isComplete ? undefined : USUAL_SPOOL);
  }

  /** @param hasDiskParts whether rsyslogd reports queues with a disk part */
  spools(hasDiskParts: boolean): readonly string[] {
    const filed = [...(this.#configuration?.queues.values() ?? [])].filter(({ filename }) => filename !== undefined);
    const named = filed.flatMap((settings) => this.directoryOf(settings) ?? []);
    const usual = named.length === 0 && hasDiskParts ? (this.directoryOf(undefined) ?? []) : [];
    return [...this.#section.general.Spool, ...named, ...usual];
  }

  /** Names of the queues whose files begin so. */
  queuesWith(prefix: string): readonly string[] {
    const queues = [...(this.#configuration?.queues ?? [])];
    return queues.filter(([, { filename }]) => filename === prefix).map(([name]) => name);
  }
}
