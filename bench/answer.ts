import { connect } from "node:net";
import { LOCAL } from "./programs.ts";

/** The text that a server answers to a key; undefined: none. */
export function answer(port: number, key: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: LOCAL, port });
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(chunks.length === 0 ? undefined : Buffer.concat(chunks).toString("utf8", 13)));
    socket.write(packet(key));
  });
}

/** One request of a passive check. */
function packet(key: string): Buffer {
  const head = Buffer.from("ZBXD\x01\0\0\0\0\0\0\0\0", "latin1");
  head.writeUInt32LE(Buffer.byteLength(key), 5);
  return Buffer.concat([head, Buffer.from(key)]);
}
