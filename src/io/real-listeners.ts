import { createSocket } from "node:dgram";
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { isIPv6, Socket } from "node:net";
import type { DatagramsHeard, FifoHeard, FifoListener, Listener } from "./io.ts";
import type { BytePath } from "./local-files.ts";
import { realFiles, systemReason } from "./real-files.ts";

/** What the kernel may keep for us while we are busy; it gives less when net.core.rmem_max says so. */
const RECEIVE_BYTES = 2 ** 22;

/** `Io.listenFifo` of the real world. */
export function listenFifo(path: BytePath, heard: FifoHeard): FifoListener {
  const reader = new FifoReader(path, heard);
  reader.open();
  return reader;
}

/**
 * Held open for writing too, a FIFO never ends. Where we may only read, its end comes when the last writer leaves, and
 * it is opened anew: before the old one is closed, or what another writer has put in since would be lost.
 */
class FifoReader implements FifoListener {
  readonly #path: BytePath;
  readonly #heard: FifoHeard;
  #socket: Socket | undefined;
  #identity = "";
  #isOpen = true;

  constructor(path: BytePath, heard: FifoHeard) {
    this.#path = path;
    this.#heard = heard;
  }

  open(): void {
    const old = this.#socket;
    try {
      this.#read(openFifo(this.#path));
    } catch (error) {
      queueMicrotask(() => this.#fail(error)); // whoever listens has its listener in hand by then
    }
    old?.destroy();
  }

  stands(): boolean {
    const facts = realFiles.facts(this.#path);
    return this.#isOpen && facts.kind === "ok" && facts.value.identity === this.#identity;
  }

  close(): void {
    this.#isOpen = false;
    this.#socket?.destroy();
  }

  #read(descriptor: number): void {
    const { dev, ino } = fstatSync(descriptor);
    this.#identity = `${dev}:${ino}`;
    const socket = new Socket({ fd: descriptor, readable: true, writable: false, allowHalfOpen: true });
    this.#socket = socket;
    const isCurrent = () => this.#isOpen && this.#socket === socket;
    socket.on("data", (bytes) => isCurrent() && this.#heard.chunk(bytes));
    socket.on("end", () => isCurrent() && this.open());
    socket.on("error", (error) => isCurrent() && this.#fail(error));
  }

  #fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.close();
    this.#heard.failed(systemReason(error));
  }
}

/** Looked at first, too: to open a device may already do something. */
function openFifo(path: BytePath): number {
  const facts = realFiles.facts(path);
  if (facts.kind === "ok" && facts.value.kind !== "fifo") throw new Error("it is no FIFO");
  const descriptor = openEither(Buffer.from(path, "latin1"));
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  throw new Error("it is no FIFO");
}

function openEither(path: Buffer): number {
  const flags = constants.O_NONBLOCK | constants.O_NOCTTY;
  try {
    return openSync(path, constants.O_RDWR | flags);
  } catch {
    return openSync(path, constants.O_RDONLY | flags);
  }
}

/** `Io.listenDatagrams` of the real world. */
export function listenDatagrams({ host, port }: { host: string; port: number }, heard: DatagramsHeard): Listener {
  const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4", recvBufferSize: RECEIVE_BYTES });
  let isOpen = true;
  const close = () => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  socket.on("message", (bytes, { address }) => heard.datagram(bytes, address));
  socket.on("error", (error) => {
    if (!isOpen) return;
    close();
    heard.failed(systemReason(error));
  });
  socket.bind({ address: host, port, exclusive: true });
  return { close };
}
