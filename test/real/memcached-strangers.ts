import type { Socket } from "node:net";

const FAR_TOO_MUCH = 10 * 2 ** 20;
/** Made beforehand: the servers share a process with the collector, whose time they must not take. */
const garbage = Buffer.alloc(FAR_TOO_MUCH, 0x07);
const oneLine = Buffer.concat([Buffer.from("STAT "), Buffer.alloc(FAR_TOO_MUCH, "x")]);
const flood = Buffer.alloc(FAR_TOO_MUCH, "STAT pid 1\r\n");

/** Servers that are no good memcached, and what the state and its reason must be in the tick itself. */
export const strangers: readonly {
  readonly name: string;
  serve(socket: Socket): void;
  readonly want: RegExp;
}[] = [
  {
    name: "silent",
    serve: (socket) => socket.resume(),
    want: /^hung \(failed\): connected, but no reply within [\d.]+ s$/,
  },
  {
    name: "drip",
    serve: (socket) => {
      socket.once("data", () => {
        const timer = setInterval(() => socket.write("S"), 30);
        socket.once("close", () => clearInterval(timer));
      });
    },
    want: /^(hung \(failed\): only \d+ bytes of a reply within|not memcached \(failed\): not a reply of memcached: "S+")/,
  },
  {
    name: "slow-line",
    serve: (socket) => {
      socket.once("data", () => {
        socket.write("STAT pid 1\r\nSTAT up");
        const timer = setInterval(() => socket.write("x"), 30);
        socket.once("close", () => clearInterval(timer));
      });
    },
    want: /^hung \(failed\): only \d+ bytes of a reply within [\d.]+ s$/,
  },
  {
    name: "half",
    serve: (socket) => socket.once("data", () => socket.end("STAT pid 1\r\nSTAT uptime 5\r\nSTAT ti")),
    want: /^down \(failed\): connection closed by \S+ after 34 bytes of a reply$/,
  },
  {
    name: "closer",
    serve: (socket) => socket.resume().end(),
    want: /^down \(failed\): connection closed by \S+ without a reply$/,
  },
  {
    name: "resetter",
    serve: (socket) => socket.resetAndDestroy(),
    want: /^down \(failed\): connection closed by \S+ without a reply$/,
  },
  {
    name: "garbage",
    serve: (socket) => socket.once("data", () => socket.end(garbage)),
    want: /^not memcached \(failed\): not a reply of memcached: "\.{40}"$/,
  },
  {
    name: "one-line",
    serve: (socket) => socket.once("data", () => socket.end(oneLine)),
    want: /^not memcached \(failed\): not a reply of memcached: a line of more than 65536 bytes$/,
  },
  {
    name: "flood",
    serve: (socket) => socket.once("data", () => socket.end(flood)),
    want: /^not memcached \(failed\): not a reply of memcached: more than 1048576 bytes$/,
  },
  {
    name: "http",
    serve: (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    want: /^not memcached \(failed\): not a reply of memcached: "HTTP\/1.1 400 Bad Request"$/,
  },
  {
    name: "error",
    serve: (socket) => socket.on("data", () => socket.write("ERROR\r\n")),
    want: /^not memcached \(failed\): answers "stats" with "ERROR"$/,
  },
  {
    name: "no-memory",
    serve: (socket) => socket.on("data", () => socket.write("SERVER_ERROR out of memory writing stats\r\n")),
    want: /^hung \(failed\): no statistics: SERVER_ERROR out of memory writing stats$/,
  },
];
