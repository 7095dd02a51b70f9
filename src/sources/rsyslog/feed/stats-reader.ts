import type { Slices } from "../../../io/slices.ts";
import type { Clock, Stamp } from "../../../ring/sample.ts";
import { Assembler } from "./assembler.ts";
import type { RecordTime } from "./draft.ts";
import { LineHeaders, type LineTime } from "./line-header.ts";
import { LineSplitter } from "./line-splitter.ts";
import { LocalZone } from "./local-zone.ts";
import { Exposition } from "./prometheus.ts";
import { parseJsonText, parseStatsLine, type StatsLine } from "./stats-line.ts";
import type { FeedCounts } from "./sweep.ts";
import { SweepQueue } from "./sweep-queue.ts";
import { zabbixRecords } from "./zabbix-sweep.ts";

/** So much text is read between two looks at the clock: a fraction of a millisecond. */
const STRETCH = 2 ** 13;
/** What a line costs beside its text. */
const LINE = 128;
/** Where the last line with a time is looked for. */
const LAST_LINES = 2 ** 14;

/** When bytes came. */
export interface Arrival {
  readonly stamp: Stamp;
  /** When the last of them was written at the latest, and how long before that the first one may have been: seconds. */
  readonly written: Clock;
  readonly delay: number;
}

type Tally = { -readonly [K in keyof FeedCounts]: number };

/** Makes sweeps of bytes in any pieces. */
export class StatsReader {
  readonly sweeps = new SweepQueue();
  readonly #counts: Tally = noCounts();
  readonly #splitter = new LineSplitter();
  readonly #headers = new LineHeaders();
  readonly #zone = new LocalZone();
  readonly #exposition = new Exposition();
  readonly #assembler = new Assembler({
    whole: (draft) => {
      this.#counts.lostSweeps += this.sweeps.put(draft);
    },
    count: (what) => {
      this.#counts[what] += 1;
    },
  });
  /** Of the last line that had one: the prometheus format stamps what a number means, not the number. */
  #time: LineTime | undefined;
  #stretch = 0;

  async read(bytes: Buffer, arrival: Arrival, slices: Slices): Promise<void> {
    for (const line of this.#splitter.lines(bytes)) {
      const more = this.#line(line, arrival, slices);
      if (more !== undefined) await more;
      if (this.#isTired(line)) await slices.pause();
    }
  }

  /** What was read last was a line, though without a line feed. */
  async endLine(arrival: Arrival, slices: Slices): Promise<void> {
    const line = this.#splitter.end();
    if (line !== undefined) await this.#line(line, arrival, slices);
  }

  /** What is read next follows what was read last, but not the half line at its end. */
  dropHalfLine(): void {
    this.#splitter.drop();
  }

  /** What is read next begins a sweep. */
  begin(): void {
    this.#assembler.begin();
  }

  /** So long nothing has come that all of a sweep has come. */
  quiet(): void {
    this.#assembler.quiet();
  }

  /** What is read next does not follow what was read last. */
  cut(): void {
    this.#splitter.drop();
    this.#assembler.cut();
  }

  /** Learns the zone of the clock in the lines by the last one of them, which was written at that time. */
  learnZone(end: Buffer, written: Clock): void {
    const lines = end.subarray(-LAST_LINES).toString("latin1").split("\n").slice(0, -1);
    const headers = new LineHeaders();
    const times = lines.flatMap((line) => headers.split(line, written).time ?? []);
    this.#zone.learn(times.at(-1), written, 0);
  }

  count(what: "lostBytes" | "strangers", more: number): void {
    this.#counts[what] += more;
  }

  get counts(): FeedCounts {
    return { ...this.#counts, tooLong: this.#splitter.tooLong };
  }

  #line(line: string, arrival: Arrival, slices: Slices): Promise<void> | undefined {
    this.#counts.lines += 1;
    const { time, body } = this.#headers.split(line, arrival.written);
    if (time !== undefined) this.#zone.learn(time, arrival.written, arrival.delay);
    this.#time = time ?? this.#time;
    const found = parseStatsLine(body, this.#exposition);
    if (found.kind === "sweep") return this.#oneLine(body, this.#at(time ?? found.time, arrival), slices);
    this.#take(found, this.#at(time ?? (isPart(found) ? this.#time : undefined), arrival));
    return undefined;
  }

  #at(time: LineTime | undefined, { written, stamp }: Arrival): RecordTime {
    const clock = time === undefined ? written : this.#zone.clock(time, written);
    return { clock, stamped: time !== undefined, arrived: stamp };
  }

  #take(found: StatsLine, time: RecordTime): void {
    switch (found.kind) {
      case "record":
        this.#counts.records += 1;
        this.#counts.oddFields += found.record.oddFields;
        this.#assembler.add(found.record, time);
        break;
      case "begin":
        this.#assembler.begin();
        break;
      case "end":
        this.#assembler.end();
        break;
      case "unknown":
      case "malformed":
        this.#counts[found.kind] += 1;
        break;
      default:
    }
  }

  async #oneLine(text: string, time: RecordTime, slices: Slices): Promise<void> {
    this.#assembler.begin(true);
    for (const piece of zabbixRecords(text.trimEnd())) {
      if (piece === undefined) return this.#cutShort();
      if (piece !== "") this.#take(parseJsonText(piece), time);
      if (piece === "" || this.#isTired(piece)) await slices.pause();
    }
    this.#assembler.end();
  }

  /** Whether so much text was read that something else may want its turn. */
  #isTired(text: string): boolean {
    this.#stretch += text.length + LINE;
    if (this.#stretch < STRETCH) return false;
    this.#stretch = 0;
    return true;
  }

  #cutShort(): void {
    this.#counts.malformed += 1;
    this.#assembler.cut();
  }
}

function isPart(line: StatsLine): boolean {
  return line.kind === "record" && line.record.key !== line.record.id;
}

function noCounts(): Tally {
  return {
    lines: 0,
    records: 0,
    unknown: 0,
    malformed: 0,
    tooLong: 0,
    oddFields: 0,
    duplicates: 0,
    late: 0,
    surplus: 0,
    lostSweeps: 0,
    lostBytes: 0,
    strangers: 0,
  };
}
