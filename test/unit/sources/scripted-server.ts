import { Duplex } from "node:stream";
import { endpointText } from "../../../src/io/endpoint.ts";
import type { ConnectOptions } from "../../../src/io/io.ts";
import { type FakeIo, fakeIo } from "../schedule/fake-io.ts";

/** One connection as the server sees it. */
export interface Caller {
  send(bytes: string | Uint8Array): void;
  close(): void;
}

/** What a server does with each piece that a client writes. */
export type Serve = (request: string, caller: Caller) => void;

export interface ScriptedIo extends FakeIo {
  /** By address; what is not here refuses connections. */
  readonly servers: Map<string, Serve>;
  /** Where was connected to, in order. */
  readonly tried: string[];
  /** Files of `readText` and directories of `list`, by path. */
  readonly texts: Map<string, string>;
  readonly directories: Map<string, readonly string[]>;
}

/** A hand-moved clock, servers and small files that a test makes up. */
export function scriptedIo(): ScriptedIo {
  const servers = new Map<string, Serve>();
  const tried: string[] = [];
  const texts = new Map<string, string>();
  const directories = new Map<string, readonly string[]>();
  return {
    ...fakeIo(),
    servers,
    tried,
    texts,
    directories,
    readText: (path) => texts.get(path),
    list: (path) => directories.get(path),
    connect: (endpoint, options) => {
      tried.push(endpointText(endpoint));
      return connected(servers.get(endpointText(endpoint)), options);
    },
  };
}

function connected(serve: Serve | undefined, { lent }: ConnectOptions = {}): Duplex {
  const socket = new Duplex({
    construct: (done) => {
      process.nextTick(() => {
        if (serve === undefined)
          return done(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
        socket.emit("connect");
        done();
      });
    },
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      serve?.(chunk.toString("latin1"), caller);
      done();
    },
  });
  const caller: Caller = {
    send: (bytes) => {
      if (!socket.destroyed) lent?.(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    },
    close: () => socket.destroy(),
  };
  return socket;
}
