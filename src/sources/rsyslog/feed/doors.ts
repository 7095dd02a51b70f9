import type { Io } from "../../../io/io.ts";
import type { BytePath } from "../../../io/local-files.ts";
import type { Door } from "./arrival-inlet.ts";
import { pathTrouble } from "./trouble.ts";

/** A FIFO into which rsyslogd writes. Whoever may write to it is believed. */
export function fifoDoor(path: BytePath, io: Io): Door {
  return {
    isWholeLines: false,
    open: ({ came, failed }) =>
      io.listenFifo(path, {
        chunk: came,
        failed: (reason) => failed(pathTrouble(io, path, { reason, isDenied: reason === "permission denied" })),
      }),
  };
}

/** A UDP socket to which rsyslogd sends. Only this host is listened to, yet any of its users may pretend to be rsyslogd. */
export function udpDoor(endpoint: { readonly host: string; readonly port: number }, io: Io): Door {
  return {
    isWholeLines: true,
    open: ({ came, refused, failed }) => {
      const text = `cannot listen on UDP ${endpoint.host}:${endpoint.port}`;
      const listener = io.listenDatagrams(endpoint, {
        datagram: (bytes, from) => (isLoopback(from) ? came(bytes) : refused(from)),
        failed: (reason) => failed({ text: `${text}: ${reason}`, finding: undefined }),
      });
      return { stands: () => true, close: () => listener.close() };
    },
  };
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === "::1";
}
