import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll } from "vitest";

const open: Socket[] = [];
afterAll(() => release(open));

/** Opens idle connections, some of which may not be let in; answers how to end them. */
export async function occupy(at: { readonly host: string; readonly port: number }, count: number): Promise<() => void> {
  const sockets = Array.from({ length: count }, () => connect(at));
  for (const socket of sockets) socket.on("error", () => undefined).resume();
  open.push(...sockets);
  const [first] = sockets;
  if (first !== undefined) await once(first, "connect");
  return () => release(sockets);
}

function release(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
