import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect as netConnect, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";
import { countAside } from "./count-aside.ts";
import type { Access, ConnectOptions, Endpoint, Io, LocalAddress } from "./io.ts";
import { nodeTls } from "./node-tls.ts";
import { realFiles } from "./real-files.ts";
import { listenDatagrams, listenFifo } from "./real-listeners.ts";
import { tlsOptions } from "./real-tls.ts";

/** What one read may bring at most; libuv reads no more at once. */
const LENT_BYTES = 2 ** 16;

const MAX_FILE_BYTES = 2 ** 20;

/** Half a dozen sources list the processes at each tick, one after the other. */
const PROCESSES = "/proc";
const PROCESSES_SECONDS = 0.2;

/** The world itself. node:tls is loaded with the first connection that needs it. */
export function realIo(): Io {
  const buffer = Buffer.allocUnsafeSlow(LENT_BYTES);
  const processes = keptFor(PROCESSES_SECONDS, () => namesIn(PROCESSES));
  return {
    now: () => ({ clock: Date.now() / 1000, mono: monotonicSeconds() }),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    connect: (endpoint, options = {}) => orFailed(() => open(endpoint, options, buffer)),
    listenFifo,
    listenDatagrams,
    readText,
    readTextAside: (path) => readFile(path, "utf8").catch(() => undefined),
    list: (path) => (path === PROCESSES ? processes() : namesIn(path)),
    countAside,
    addresses,
    access: (path) => orUndefined(() => access(path)),
    files: realFiles,
  };
}

function namesIn(directory: string): readonly string[] | undefined {
  return orUndefined(() => readdirSync(directory));
}

/** Asks again only when the answer is older than that. */
function keptFor<T>(seconds: number, ask: () => T): () => T {
  let kept: { readonly answer: T; readonly at: number } | undefined;
  return () => {
    const now = monotonicSeconds();
    if (kept === undefined || now - kept.at > seconds) kept = { answer: ask(), at: now };
    return kept.answer;
  };
}

/** CLOCK_MONOTONIC: seconds since boot, the same for all processes. */
function monotonicSeconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

function open(endpoint: Endpoint, { tls, lent }: ConnectOptions, buffer: Uint8Array): Duplex {
  const to = endpoint.kind === "unix" ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port };
  const read = lent === undefined ? {} : { onread: { buffer, callback: lend(lent) } };
  if (tls === undefined) return netConnect({ ...to, ...read });
  return nodeTls().connect({ ...to, ...read, ...tlsOptions(endpoint, tls) });
}

function lend(lent: (chunk: Uint8Array) => void): (bytes: number, buffer: Uint8Array) => boolean {
  return (bytes, buffer) => {
    lent(buffer.subarray(0, bytes));
    return true; // go on reading
  };
}

/** A connection that could not even be tried, such as with a key file that is none: it fails in the next turn. */
function orFailed(attempt: () => Duplex): Duplex {
  try {
    return attempt();
  } catch (error) {
    return new Socket().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Regular files only, those of /proc included: opening a FIFO or a device could block. */
function readText(path: string): string | undefined {
  return orUndefined(() => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      return stat.isFile() && stat.size <= MAX_FILE_BYTES ? readFileSync(descriptor, "utf8") : undefined;
    } finally {
      closeSync(descriptor);
    }
  });
}

function addresses(): readonly LocalAddress[] {
  const named = Object.entries(networkInterfaces());
  return named.flatMap(([name, all = []]) => all.map(({ address }) => ({ interface: name, address })));
}

function access(path: string): Access {
  const { mode, uid, gid } = statSync(path);
  return { mode: mode & 0o7777, uid, gid };
}

function orUndefined<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
