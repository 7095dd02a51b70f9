import { expect, test } from "vitest";
import { requestPacket } from "../../../src/transports/request-packet.ts";
import { PacketDecoder } from "../../../src/zabbix/packet.ts";

for (const [size, compressed] of [
  [0, false],
  [1023, false],
  [1024, true],
  [65_536, true],
  [300_000, true],
] as const) {
  test(`a request of ${size} bytes goes out ${compressed ? "compressed" : "as it is"}`, async () => {
    const body = Buffer.alloc(size, "tidemark ");
    const decoded = new PacketDecoder(2 ** 20).push(await requestPacket(body));
    expect(decoded).toEqual({ kind: "packet", body, compressed });
  });
}
