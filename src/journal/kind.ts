/** What one kind of journal holds, how long, and in which words it is spoken of. */
export interface JournalKind {
  /** How the names of its segments begin; lower-case letters. */
  readonly name: string;
  /** The oldest slot that is still needed, seen from the newest. Segments that hold older ones only are deleted. */
  oldest(newest: number): number;
  /** Slots after which a new segment begins. */
  readonly segmentSlots: number;
  /** Bytes after which a new segment begins, so that it can always be read in one piece. */
  readonly segmentBytes: number;
  /** Beyond so many segments the oldest are deleted. */
  readonly mostSegments: number;
  /** Whether the newest segment is needed, whatever its slots, until the next one has been written. */
  readonly needsNewest: boolean;
  /** Whether what is readable behind a damaged place is still of use. */
  readonly beyondDamage: boolean;
  /** What happens while the journal cannot be written: the end of a sentence. */
  readonly whileFailing: string;
  /** What is missing in it when it can be written again, from the number of appends that failed. */
  afterFailing(appends: number): string;
}

/** How the names of the ring's segments begin. */
export const RING = "ring";
const RING_SEGMENT_BYTES = 64 * 2 ** 20;
/** Every start begins a segment: so many more than the slots call for may exist. */
const SPARE_SEGMENTS = 256;

/** The samples of the newest `keepSlots` slots. Behind damage nothing is read: definitions may be missing. */
export function ringJournal(keepSlots: number, segmentSlots: number): JournalKind {
  return {
    name: RING,
    oldest: (newest) => newest - keepSlots,
    segmentSlots,
    segmentBytes: RING_SEGMENT_BYTES,
    mostSegments: Math.ceil(keepSlots / segmentSlots) + SPARE_SEGMENTS,
    needsNewest: false,
    beyondDamage: false,
    whileFailing: "New samples are kept in memory only",
    afterFailing: (slots) => `slots missing in it: ${slots}`,
  };
}
