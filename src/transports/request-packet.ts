import { encodePacket, encodePacketAside } from "../zabbix/packet.ts";

/** Smaller bodies gain nothing. */
const COMPRESSED_FROM_BYTES = 1024;
/** Larger ones take longer than a turn of the event loop may. */
const ASIDE_FROM_BYTES = 2 ** 16;

/**
 * A request to a server or proxy, compressed where that gains something. They announce nothing: all that know the
 * requests of agent 2, which compresses every one, read compressed packets, and answer in the same way.
 */
export function requestPacket(body: Buffer): Buffer | Promise<Buffer> {
  if (body.length < COMPRESSED_FROM_BYTES) return encodePacket(body);
  return body.length < ASIDE_FROM_BYTES ? encodePacket(body, { compress: true }) : encodePacketAside(body);
}
