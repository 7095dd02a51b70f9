import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Listener } from "../../src/io/io.ts";
import { listenDatagrams, listenFifo } from "../../src/io/real-listeners.ts";
import { address } from "./address.ts";
import { temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const HOST = address(import.meta.url);
const open: Listener[] = [];
const isRoot = process.getuid?.() === 0;

afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});

function hear(path: string) {
  const heard = { text: "", reason: "" };
  const listener = listenFifo(path, {
    chunk: (bytes) => {
      heard.text += bytes.toString();
    },
    failed: (reason) => {
      heard.reason = reason;
    },
  });
  open.push(listener);
  return { heard, listener };
}

function fifoIn(directory: string, mode = "600"): string {
  const path = join(directory, "fifo");
  execFileSync("mkfifo", ["-m", mode, path]);
  return path;
}

/** Root is never refused. Opening is synchronous, so that nothing else runs as nobody. */
function asNobody<T>(attempt: () => T): T {
  process.seteuid?.(65534);
  try {
    return attempt();
  } finally {
    process.seteuid?.(0);
  }
}

function write(path: string, text: string): void {
  const descriptor = openSync(path, "w");
  writeSync(descriptor, text);
  closeSync(descriptor);
}

describe("listenFifo", () => {
  test("hears one writer after another, and costs nothing while there is none", async () => {
    const path = fifoIn(temporaryDirectory());
    const { heard, listener } = hear(path);
    for (const text of ["one\n", "two\n", "half"]) {
      write(path, text);
      await waitFor(() => heard.text.endsWith(text), { what: text });
    }
    expect(heard).toEqual({ text: "one\ntwo\nhalf", reason: "" });
    expect(listener.stands()).toBe(true);
    const before = process.cpuUsage();
    const until = performance.now() + 200;
    await waitFor(() => performance.now() > until, { what: "some idle time" });
    expect((process.cpuUsage(before).user + process.cpuUsage(before).system) / 1000).toBeLessThan(100);
  });

  test("knows when its path leads elsewhere", () => {
    const directory = temporaryDirectory();
    const path = fifoIn(directory);
    const { listener } = hear(path);
    renameSync(path, `${path}.old`);
    expect(listener.stands()).toBe(false);
    fifoIn(directory);
    expect(listener.stands()).toBe(false);
  });

  test.each(["file", "directory", "missing"])("says why it cannot: %s", async (name) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "directory"));
    const { heard, listener } = hear(join(directory, name));
    expect(heard.reason).toBe("");
    await Promise.resolve();
    expect(heard.reason).toBe(name === "missing" ? "no such file or directory" : "it is no FIFO");
    expect(listener.stands()).toBe(false);
  });

  test("says nothing once it is closed", async () => {
    const { heard, listener } = hear(join(temporaryDirectory(), "missing"));
    listener.close();
    await Promise.resolve();
    expect(heard.reason).toBe("");
  });

  test.runIf(isRoot)("where it may only read, it is there for the next writer, too", async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o755);
    const path = fifoIn(directory, "644");
    const { heard } = asNobody(() => hear(path));
    for (const text of ["one\n", "two\n", "three\n"]) {
      write(path, text);
      await waitFor(() => heard.text.endsWith(text), { what: text });
    }
    expect(heard).toEqual({ text: "one\ntwo\nthree\n", reason: "" });
  });

  test.runIf(isRoot)("says that it may not", async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o755);
    const path = fifoIn(directory);
    const { heard } = asNobody(() => hear(path));
    await Promise.resolve();
    expect(heard.reason).toBe("permission denied");
  });
});

describe("listenDatagrams", () => {
  test("hears whole datagrams with their sender's address", async () => {
    const heard: string[] = [];
    const port = 24_999;
    open.push(
      listenDatagrams(
        { host: HOST, port },
        { datagram: (bytes, from) => heard.push(`${bytes} ${from}`), failed: (reason) => heard.push(reason) },
      ),
    );
    const sender = createSocket("udp4");
    await new Promise<void>((resolve) => sender.bind(0, HOST, resolve));
    const isHeard = () => {
      sender.send("hello\n", port, HOST);
      return heard.length > 0;
    };
    await waitFor(isHeard, { what: "a datagram" });
    sender.close();
    expect(heard[0]).toBe(`hello\n ${HOST}`);
  });

  test("says why it cannot", async () => {
    const reasons: string[] = [];
    const heard = { datagram: () => undefined, failed: (reason: string) => reasons.push(reason) };
    open.push(listenDatagrams({ host: HOST, port: 24_998 }, heard));
    open.push(
      listenDatagrams({ host: HOST, port: 24_998 }, heard),
      listenDatagrams({ host: "192.0.2.1", port: 1 }, heard),
    );
    await waitFor(() => reasons.length === 2, { what: "both reasons" });
    expect(reasons.toSorted()).toEqual(["address already in use", "address not available"]);
  });
});
