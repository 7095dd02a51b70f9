import type { Scan, ServiceRecord } from "./record.ts";

/** A service leaves the list when this many complete scans running did not find it. */
const SCANS_UNTIL_GONE = 3;

interface Kept {
  readonly record: ServiceRecord;
  readonly missed: number;
}

/** The services of one reader, one that was not found in the newest scans among them. */
export class Listed {
  #kept: ReadonlyMap<string, Kept> = new Map();

  /** Every service that is listed after this scan; what was not found has a reason instead of values. */
  merge({ services, incomplete }: Scan): readonly ServiceRecord[] {
    const now = new Map<string, Kept>(services.map((record) => [record.name, { record, missed: 0 }]));
    for (const [name, { record, missed }] of this.#kept) {
      if (now.has(name)) continue;
      const misses = incomplete === undefined ? missed + 1 : missed;
      if (misses < SCANS_UNTIL_GONE) now.set(name, { record: lost(record, incomplete), missed: misses });
    }
    this.#kept = now;
    return [...now.values()].map(({ record }) => record);
  }
}

function lost({ name, supervisor, path, logOf }: ServiceRecord, incomplete: string | undefined): ServiceRecord {
  return {
    kind: "unread",
    name,
    supervisor,
    path,
    ...(logOf === undefined ? {} : { logOf }),
    state: "cannot read",
    reason: incomplete ?? `"${path === "" ? name : path}" is no longer there`,
  };
}
