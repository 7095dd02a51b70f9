import { connect, type Socket } from "node:net";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { encodePacket, PacketDecoder } from "../zabbix/packet.ts";

const MOST_REPLY = 256 << 20;

/**
 * Asks the daemon one thing through its control socket.
 * @param request `{ request: "print" }` and the like, see control-socket.ts
 * @param timeoutMs how long it may be silent
 * @returns the reply's JSON, which is `{ error: sentence }` when the daemon refused; malformed with a fragment when no
 *   daemon answered
 */
export function askControl(path: string, request: object, timeoutMs: number): Promise<Parsed<unknown>> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (result: Parsed<unknown>) => {
      socket.destroy();
      resolve(result);
    };
    const fail = (found: string) => settle(malformed(`no tidemark answers at "${path}": ${found}`));
    socket.setTimeout(timeoutMs, () => fail(`nothing came within ${timeoutMs / 1000} s`));
    socket.on("error", (error) => fail(reasonOf(error)));
    socket.on("end", () => fail("it closed the connection"));
    receive(socket, settle, fail);
    socket.write(encodePacket(Buffer.from(JSON.stringify(request))));
  });
}

function receive(socket: Socket, settle: (result: Parsed<unknown>) => void, fail: (found: string) => void): void {
  const decoder = new PacketDecoder(MOST_REPLY);
  socket.on("data", (chunk) => {
    const decoded = decoder.push(chunk);
    if (decoded.kind === "malformed") fail(decoded.reason);
    if (decoded.kind !== "packet") return;
    try {
      settle(ok(JSON.parse(decoded.body.toString("utf8"))));
    } catch (error) {
      fail(`its reply is not JSON: ${error instanceof Error ? error.message : error}`);
    }
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "there is no such socket; is the daemon running, and with this RunDir?";
    case "ECONNREFUSED":
      return "the socket was left behind by a daemon that is gone";
    case "EACCES":
      return "not permitted; only the daemon's user and group may ask";
    default:
      return message;
  }
}
