import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askControl } from "../../../src/transports/control-client.ts";
import type { ControlCommand } from "../../../src/transports/control-replies.ts";
import { type ControlSocket, listenControl } from "../../../src/transports/control-socket.ts";
import { encodePacket, PacketDecoder } from "../../../src/zabbix/packet.ts";
import { Asker, HandClock, keptLog, StubRegistry } from "./loopback.ts";

let directory = "";
let path = "";
let log = keptLog();
const open: ControlSocket[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-control-"));
  path = join(directory, "tidemark.sock");
  log = keptLog();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((control) => control.close()));
  rmSync(directory, { recursive: true });
});

function listen(commands: Readonly<Record<string, ControlCommand>> = {}, at = path) {
  const registry = new StubRegistry();
  return listenControl({ path: at, ask: (key) => registry.ask(key), commands, io: new HandClock(), log });
}

async function started(commands: Readonly<Record<string, ControlCommand>> = {}): Promise<ControlSocket> {
  const listened = await listen(commands);
  if (listened.kind === "malformed") throw new Error(listened.reason);
  open.push(listened.value);
  return listened.value;
}

function ask(request: object): Promise<unknown> {
  return askControl(path, request, 5000).then((reply) => (reply.kind === "ok" ? reply.value : reply.reason));
}

function connected(): Promise<Asker> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true }, () => resolve(new Asker(socket)));
    socket.once("end", () => socket.end());
  });
}

function packet(message: unknown): Buffer {
  return encodePacket(Buffer.from(JSON.stringify(message)));
}

function replies(bytes: Buffer): unknown[] {
  const decoder = new PacketDecoder(1 << 30);
  const found: unknown[] = [];
  for (let decoded = decoder.push(bytes); decoded.kind === "packet"; decoded = decoder.next()) {
    found.push(JSON.parse(decoded.body.toString()));
  }
  return found;
}

describe("requests", () => {
  test('"passive checks" answers every key, in order', async () => {
    await started();
    const data = ["agent.ping", "none", "no.such", "bad["].map((key) => ({ key }));
    expect(await ask({ request: "passive checks", data: [...data, {}, 5] })).toEqual({
      version: "7.0.0",
      variant: 2,
      data: [
        { value: "1", clock: 0 },
        { value: null, reason: "No requests in the last 5m." },
        { error: "Unknown metric no.such" },
        { error: "Invalid item key format." },
        { error: "Invalid item key format." },
        { error: "Invalid item key format." },
      ],
    });
  });

  test("go to the command of their name, with the whole message", async () => {
    const forget = (message: unknown) => ({ heard: message });
    await started({ forget, print: async () => ({ data: [["k", "1"], null, undefined], none: undefined }) });
    expect(await ask({ request: "forget", target: "a" })).toEqual({ heard: { request: "forget", target: "a" } });
    expect(await ask({ request: "print" })).toEqual({ data: [["k", "1"], null, null] });
  });

  test("may be answered with anything that JSON can carry", async () => {
    await started({ list: () => [1, "two"], text: () => "x", nothing: () => undefined });
    expect(await ask({ request: "list" })).toEqual([1, "two"]);
    expect(await ask({ request: "text" })).toBe("x");
    expect(await ask({ request: "nothing" })).toBe(null);
  });

  const REFUSED = [
    { name: "another word", request: { request: "nonsense" }, error: /^Unknown request "nonsense"; there are "bug", / },
    { name: "a name that every object has", request: { request: "constructor" }, error: /^Unknown request/ },
    { name: "no request", request: { data: [] }, error: /^Expected a JSON object with the text "request"\.$/ },
    { name: "a list", request: [], error: /^Expected a JSON object/ },
    { name: "no keys", request: { request: "passive checks" }, error: /^Expected the list "data"\.$/ },
    { name: "a command that throws", request: { request: "bug" }, error: /^A bug\.$/ },
    { name: "a command that rejects", request: { request: "late" }, error: /^Too late\.$/ },
    { name: "a reply that is no JSON", request: { request: "huge" }, error: /BigInt/ },
  ];
  for (const { name, request, error } of REFUSED) {
    test(`are refused with a sentence: ${name}`, async () => {
      const bug = () => {
        throw new Error("a bug");
      };
      await started({ bug, late: () => Promise.reject(new Error("too late.")), huge: () => ({ n: 1n }) });
      expect(await ask(request)).toEqual({ error: expect.stringMatching(error) });
    });
  }

  test("of one connection are answered in their order, however long each takes", async () => {
    let release: () => void = () => undefined;
    const slow = () => new Promise((resolve) => (release = () => resolve("slow")));
    await started({ slow, quick: () => "quick", release: () => release() });
    const one = await connected();
    await one.send(Buffer.concat([packet({ request: "slow" }), packet({ request: "quick" })]));
    one.halfClose();
    await ask({ request: "release" });
    expect(replies(await one.closed)).toEqual(["slow", "quick"]);
  });

  test("are understood byte by byte", async () => {
    await started({ quick: () => "quick" });
    const one = await connected();
    for (const byte of Buffer.concat([packet({ request: "quick" }), packet({ request: "quick" })])) {
      await one.send(Buffer.of(byte));
    }
    one.halfClose();
    expect(replies(await one.closed)).toEqual(["quick", "quick"]);
  });

  test("wait while a reply of megabytes is not taken, without holding up other connections", async () => {
    let served = 0;
    await started({ big: () => ({ n: ++served, text: "x".repeat(3 << 20) }), quick: () => "quick" });
    const one = await connected();
    one.pause();
    await one.send(Buffer.concat(Array.from({ length: 10 }, () => packet({ request: "big" }))));
    one.halfClose();
    expect(await ask({ request: "quick" })).toBe("quick");
    expect(served).toBeLessThan(10);
    one.resume();
    expect(replies(await one.closed)).toHaveLength(10);
  });
});

describe("a connection", () => {
  const BAD = [
    { name: "garbage", bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n") },
    { name: "a request of 1 GB", bytes: Buffer.from("5a425844010000004000000000", "hex") },
  ];
  for (const { name, bytes } of BAD) {
    test(`is closed for ${name}, and the others live`, async () => {
      await started({ quick: () => "quick" });
      const one = await connected();
      await one.send(bytes);
      expect(await one.closed).toHaveLength(0);
      expect(await ask({ request: "quick" })).toBe("quick");
      expect(log.lines[0]).toMatch(/^warning Closed a connection to ".*tidemark\.sock": /);
    });
  }

  test("may go away while its request is worked on", async () => {
    let release: () => void = () => undefined;
    const slow = () => new Promise((resolve) => (release = () => resolve("x".repeat(1 << 20))));
    await started({ slow, release: () => release() });
    const one = await connected();
    await one.send(packet({ request: "slow" }));
    await ask({ request: "nonsense" });
    one.end();
    expect(await ask({ request: "release" })).toBe(null);
  });
});

describe("the socket file", () => {
  test("is open to owner and group, and gone after the close", async () => {
    const control = await started();
    expect(statSync(path).mode & 0o777).toBe(0o660);
    await control.close();
    expect(existsSync(path)).toBe(false);
  });

  test("is made together with its directory", async () => {
    path = join(directory, "run", "tidemark.sock");
    await started({ quick: () => "quick" });
    expect(await ask({ request: "quick" })).toBe("quick");
  });

  test("of a daemon that was killed is replaced", async () => {
    // A socket that is renamed is not found by its server when that removes it: what kill -9 leaves behind.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen({ path: `${path}.dead` }, resolve));
    renameSync(`${path}.dead`, path);
    await new Promise((resolve) => dead.close(resolve));
    expect(statSync(path).isSocket()).toBe(true);
    await started({ quick: () => "quick" });
    expect(await ask({ request: "quick" })).toBe("quick");
  });

  test("of a daemon that lives is left alone", async () => {
    await started({ quick: () => "quick" });
    expect(await listen()).toEqual({
      kind: "malformed",
      reason: `cannot listen on "${path}": another tidemark answers there; stop it first, or give this one another RunDir`,
    });
    expect(await ask({ request: "quick" })).toBe("quick");
  });

  test("is not made over another file", async () => {
    writeFileSync(path, "precious");
    expect(await listen()).toEqual({
      kind: "malformed",
      reason: `cannot listen on "${path}": there is a file that is not a socket`,
    });
    expect(statSync(path).size).toBe(8);
  });

  test("cannot be made under a file or with too long a path", async () => {
    writeFileSync(path, "");
    expect(await listen({}, join(path, "x.sock"))).toMatchObject({ reason: expect.stringMatching(/EEXIST|ENOTDIR/) });
    const long = join(directory, "x".repeat(107));
    expect(await listen({}, long)).toMatchObject({ reason: expect.stringContaining("at most 107 bytes, this has") });
  });
});

describe("askControl says why nobody answers", () => {
  test("no socket", async () => {
    expect(await ask({})).toBe(
      `no tidemark answers at "${path}": there is no such socket; is the daemon running, and with this RunDir?`,
    );
  });

  test("a leftover", async () => {
    writeFileSync(path, "");
    expect(await ask({})).toContain("the socket was left behind by a daemon that is gone");
  });

  test("not permitted", { skip: process.getuid?.() === 0 }, async () => {
    await started();
    chmodSync(path, 0);
    expect(await ask({})).toContain("only the daemon's user and group may ask");
  });

  const ANSWERS = [
    { name: "silence", answer: undefined, reason: "nothing came within 0.05 s" },
    { name: "an end", answer: Buffer.alloc(0), reason: "it closed the connection" },
    { name: "half an answer", answer: packet({}).subarray(0, 14), reason: "it closed the connection" },
    { name: "garbage", answer: Buffer.from("HTTP/1.1 200 OK"), reason: "expected a packet that begins with ZBXD" },
    { name: "no JSON", answer: encodePacket(Buffer.from("{")), reason: "its reply is not JSON" },
  ];
  for (const { name, answer, reason } of ANSWERS) {
    test(name, async () => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined).resume();
        if (answer !== undefined) socket.end(answer);
      });
      await new Promise<void>((resolve) => server.listen({ path }, resolve));
      expect(await askControl(path, {}, 50)).toEqual({ kind: "malformed", reason: expect.stringContaining(reason) });
      await new Promise((resolve) => server.close(resolve));
    });
  }
});
