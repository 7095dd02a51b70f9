/** What impstats says of one object; in prometheus format one number of it. */
export interface StatsRecord {
  readonly origin: string;
  readonly name: string;
  /** The same for all records of one object. */
  readonly id: string;
  /** The same for this record in each sweep. */
  readonly key: string;
  /** Belongs to whom the record is given. */
  readonly numbers: Map<string, number | bigint>;
  /** How many fields were left out since they are no numbers that a counter can have. */
  readonly oddFields: number;
}

/** rsyslogd's counters have 64 bits. */
const LARGEST = 2n ** 64n - 1n;
/** Longer names are none. */
export const LONGEST_NAME = 1024;

/** Collects the numbers of a record. */
export class Figures {
  readonly numbers = new Map<string, number | bigint>();
  oddFields = 0;

  put(name: string, figure: number | bigint | undefined): void {
    if (figure === undefined || name.length > LONGEST_NAME) this.oddFields += 1;
    else this.numbers.set(name, figure);
  }
}

/** Digits as a number; above 2^53 a bigint. Undefined: not digits alone, or no 64 bit number. */
export function parseFigure(digits: string): number | bigint | undefined {
  if (!/^\d{1,20}$/.test(digits)) return undefined;
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number;
  const exact = BigInt(digits);
  return exact > LARGEST ? undefined : exact;
}

/** @param part the one number that the record is of, in prometheus format */
export function statsRecord(origin: string, name: string, { numbers, oddFields }: Figures, part = ""): StatsRecord {
  const id = `${origin}\0${name}\0`;
  return { origin, name, id, key: id + part, numbers, oddFields };
}
