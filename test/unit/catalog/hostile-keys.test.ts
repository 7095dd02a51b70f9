import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parameterNames } from "../../../src/items/arguments.ts";
import type { Item } from "../../../src/items/item.ts";
import type { Registry } from "../../../src/items/registry.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import { fullRegistry, TARGET } from "./full-registry.ts";

/** What a parameter may name in the hope that somebody opens, runs or connects to it, or trips over it. */
const HOSTILE = [
  "/etc/passwd",
  "../../../../etc/passwd",
  "file:///etc/passwd",
  "/proc/self/environ",
  "/dev/zero",
  "tcp://127.0.0.1:1",
  "tcp://192.0.2.1:11211",
  "unix:/var/run/docker.sock",
  "/var/run/docker.sock",
  "http://169.254.169.254/latest/meta-data",
  "[::1]:22",
  "localhost",
  "$(id)",
  "`id`",
  "; id",
  "| id",
  "a\nflush_all",
  "a\r\nflush_all\r\n",
  "%s%n",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "-1",
  "1e999",
  "NaN",
  "99999999999999999999999",
  "9007199254740993s",
  "*",
  ".*(a+)+$",
  "\u0000",
  "\ud800",
  "x".repeat(20_000),
];

/** All through which a program of Node meets the world. */
const WORLD: Readonly<Record<string, object>> = {
  childProcess,
  dgram,
  dns,
  dnsPromises,
  fs,
  fsPromises,
  http,
  net,
  tls,
  socket: net.Socket.prototype,
};

const reached: string[] = [];
const restore: (() => void)[] = [];

/** From now on each way into the world throws, and is noted. */
function shut(name: string, module: object): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    const isWay =
      typeof descriptor.value === "function" && descriptor.configurable && !/^[A-Z]|^constructor$/.test(key);
    if (!isWay || (name === "socket" && key !== "connect")) continue;
    const refuse = () => {
      reached.push(`${name}.${key}`);
      throw new Error(`${name}.${key} was called`);
    };
    Object.defineProperty(module, key, { ...descriptor, value: refuse });
    restore.push(() => Object.defineProperty(module, key, descriptor));
  }
}

/** Runs with the world shut; what was reached meanwhile. */
function withoutWorld(run: () => void): readonly string[] {
  reached.length = 0;
  for (const [name, module] of Object.entries(WORLD)) shut(name, module);
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    for (const back of restore.splice(0)) back();
    syncBuiltinESMExports();
  }
  return [...reached];
}

/** Keys with a hostile text in one parameter, all others left to their fallbacks, and with it in all of them. */
function* hostileKeys(item: Item): Generator<string> {
  const names = parameterNames(item);
  const quoted = (text: string) => `"${text.replaceAll('"', '\\"')}"`;
  for (const hostile of HOSTILE) {
    yield `${item.key}[${[...names, "more"].map(() => quoted(hostile)).join(",")}]`;
    for (const at of names.keys()) {
      const params = names.map((_, index) => (index === at ? quoted(hostile) : index === 0 ? TARGET : ""));
      yield `${item.key}[${params.join(",")}]`;
    }
  }
}

const items = SOURCES.flatMap((source) => source.items);

describe("no key connects to, opens or runs what a parameter names", () => {
  let registry: Registry;
  beforeAll(() => {
    registry = fullRegistry(items);
  });
  afterAll(() => expect(restore).toEqual([]));

  test("the world is shut while it is asked: a way in would be seen", () => {
    const shutIn = withoutWorld(() => {
      for (const way of [
        () => fs.readFileSync("/etc/passwd"),
        () => childProcess.execFileSync("id"),
        () => net.connect(1),
        () => new net.Socket().connect(1),
        () => dns.lookup("localhost", () => undefined),
      ]) {
        expect(way).toThrow("was called");
      }
    });
    expect(shutIn).toEqual([
      "fs.readFileSync",
      "childProcess.execFileSync",
      "net.connect",
      "socket.connect",
      "dns.lookup",
    ]);
    expect(fs.existsSync("/")).toBe(true);
  });

  test("most items have a value here, so that their functions are really run", () => {
    const calls = [...registry.calls(items)];
    const valued = new Set(calls.filter(({ key }) => registry.ask(key).kind === "value").map(({ item }) => item.key));
    expect(valued.size / items.length).toBeGreaterThan(0.6);
  });

  for (const source of SOURCES) {
    test(`of ${source.name}`, () => {
      const replies: string[] = [];
      const ways = withoutWorld(() => {
        for (const item of source.items) {
          for (const key of hostileKeys(item)) {
            const reply = registry.ask(key);
            replies.push(reply.kind === "value" ? reply.text : reply.reason);
          }
        }
      });
      expect(ways).toEqual([]);
      expect(replies.length).toBeGreaterThanOrEqual(HOSTILE.length * source.items.length);
      expect(replies.filter((text) => /root:|native code|\[object|PATH=/.test(text))).toEqual([]);
    });
  }
});
