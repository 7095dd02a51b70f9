import { seeded } from "../seeded.ts";
import { exchange } from "../unit/transports/loopback.ts";
import { clientHello, clientHello12, clientHello13, clientKeyExchange12 } from "../unit/transports/tls-hello.ts";

/** Bytes that begin as TLS and go wrong somewhere, as a fuzzer would send them. */
function hostileHello(random: () => number): Buffer {
  const upTo = (most: number) => Math.floor(random() * most);
  const noise = (most: number) => Buffer.from(Array.from({ length: upTo(most) }, () => upTo(256)));
  const changed = (bytes: Buffer) => {
    for (let i = upTo(4); i >= 0; i--) bytes.writeUInt8(upTo(256), upTo(bytes.length));
    bytes.writeUInt8(0x16, 0);
    return bytes;
  };
  switch (upTo(7)) {
    case 0:
      return Buffer.concat([Buffer.from([0x16]), noise(300)]);
    case 1:
      return Buffer.concat([Buffer.from([0x16, 3, 1, 0, upTo(256)]), noise(300)]);
    case 2:
      return changed(clientHello13({ identity: noise(300), suite: 0x1301 + upTo(3) }));
    case 3:
      return changed(clientHello());
    case 4:
      return changed(Buffer.concat([clientHello12(), clientKeyExchange12(noise(300))]));
    case 5:
      return clientHello().subarray(0, 1 + upTo(100));
    default:
      return Buffer.concat([clientHello12(), Buffer.from([20 + upTo(5), 3, 3, 0]), noise(300)]);
  }
}

/** Sends so many of them, 32 at a time, each on a connection of its own that ends when they are sent. */
export async function attackHandshakes(
  at: { readonly host: string; readonly port: number },
  hellos: number,
  seed: number,
): Promise<void> {
  const random = seeded(seed);
  let left = hellos;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      await exchange(at, hostileHello(random), "half-close");
    }
  };
  await Promise.all(Array.from({ length: 32 }, one));
}
