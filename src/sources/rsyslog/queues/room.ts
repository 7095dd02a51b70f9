import type { QueueSettings } from "../configuration/queue-settings.ts";

/** Until a queue has written to disk: bytes that a message of usual length takes there. */
const USUAL_MESSAGE_BYTES = 600;

/** Where a queue's messages may wait. */
export type QueueType = "memory" | "disk-assisted" | "disk";

/** What is known of a queue's limits. What is not known is undefined. */
export interface Limits {
  readonly type: QueueType;
  /** Messages in memory; of a disk queue: at all. */
  readonly capacity: number | undefined;
  /** Bytes on disk: the queue's own limit or what the file system has left beside what the queue has already. */
  readonly diskCapacity: number | undefined;
}

/** What an administrator set for a queue; undefined: nothing. */
export interface OwnLimits {
  readonly size: number | undefined;
  readonly maxDiskSpace: number | undefined;
}

export interface Holding {
  readonly size: number;
  readonly disk: number | undefined;
  readonly diskBytes: number | undefined;
  /** Bytes that can still be written where its files are. */
  readonly free: number | undefined;
}

/** rsyslogd's configuration first, where it says something. */
export function limitsOf(settings: QueueSettings | undefined, own: OwnLimits | undefined, held: Holding): Limits {
  const type = typeOf(settings, held);
  const most = settings?.maxDiskSpace ?? own?.maxDiskSpace ?? 0;
  const left = held.free === undefined ? undefined : held.free + (held.diskBytes ?? 0);
  return {
    type,
    capacity: settings?.size ?? own?.size,
    diskCapacity: type === "memory" ? undefined : most === 0 ? left : Math.min(most, left ?? most),
  };
}

function typeOf(settings: QueueSettings | undefined, { disk }: Holding): QueueType {
  if (settings?.type === "disk") return "disk";
  return disk === undefined ? "memory" : "disk-assisted";
}

/**
 * Messages for which there is room yet; undefined: not known. Of a disk-assisted queue that on disk: once it is used up,
 * what is more than the high water mark in memory is moved there and lost, although memory has room.
 */
export function roomOf({ type, capacity, diskCapacity }: Limits, held: Holding): number | undefined {
  const onDisk = diskRoom(diskCapacity, type === "disk" ? held.size : (held.disk ?? 0), held.diskBytes);
  if (type === "disk-assisted") return onDisk;
  const count = capacity === undefined ? undefined : Math.max(0, capacity - held.size);
  if (type === "memory") return count;
  return count === undefined ? onDisk : Math.min(count, onDisk ?? count);
}

function diskRoom(capacity: number | undefined, messages: number, bytes: number | undefined): number | undefined {
  if (capacity === undefined) return undefined;
  const each = messages > 0 && bytes !== undefined && bytes > 0 ? bytes / messages : USUAL_MESSAGE_BYTES;
  return Math.max(0, Math.floor((capacity - (bytes ?? messages * each)) / each));
}
