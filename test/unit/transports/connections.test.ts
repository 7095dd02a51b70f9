import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type Connection, Connections, connectionLimit } from "../../../src/transports/connections.ts";

/** Connections of peers named by one letter each, and the peers of those that had to go. */
function crowd(limits: { readonly connections: number; readonly held: number }) {
  const refused: string[] = [];
  const connections = new Connections(limits, (socket, refusal) => {
    refused.push(`${refusal} ${connections.get(socket)?.peer}${connections.get(socket)?.since}`);
    connections.delete(socket);
  });
  let since = 0;
  const add = (peer: string, held = 0): Connection => {
    const connection = {
      peer,
      since: since++,
      answered: false,
      decoder: undefined,
      held,
      handshake: false,
      secure: undefined,
    };
    connections.add(new Socket(), connection);
    return connection;
  };
  return { connections, refused, add };
}

describe("Connections over their number", () => {
  test("take a quarter from the only peer, oldest first", () => {
    const { connections, refused, add } = crowd({ connections: 8, held: 100 });
    for (let i = 0; i < 8; i++) add("a");
    expect(refused).toEqual([]);
    add("a");
    expect(refused).toEqual(["crowded a0", "crowded a1", "crowded a2"]);
    expect(connections.size).toBe(6);
  });

  test("leave those alone that hold less than their share", () => {
    const { refused, add } = crowd({ connections: 8, held: 100 });
    for (const peer of "abaaaaaa") add(peer);
    add("c");
    expect(refused).toEqual(["crowded a0", "crowded a2", "crowded a3"]);
  });

  test("lose the oldest ones when every peer has one only", () => {
    const { connections, refused, add } = crowd({ connections: 4, held: 100 });
    for (let i = 0; i < 5; i++) add(`p${i}.`);
    expect(refused).toEqual(["crowded p0.0", "crowded p1.1"]);
    for (let i = 5; i < 1000; i++) add(`p${i}.`);
    expect(connections.size).toBeLessThanOrEqual(4);
  });
});

describe("Connections over their bytes", () => {
  test("lose the oldest ones that hold some", () => {
    const { refused, add } = crowd({ connections: 100, held: 100 });
    add("idle");
    add("a", 60);
    add("b", 30);
    add("c", 20);
    expect(refused).toEqual(["crowded a1"]);
  });

  test("count what a connection holds anew", () => {
    const { connections, refused, add } = crowd({ connections: 100, held: 100 });
    const a = add("a", 90);
    const b = add("b", 0);
    connections.hold(a, 10);
    connections.hold(b, 90);
    expect(refused).toEqual([]);
    connections.hold(a, 11);
    expect(refused).toEqual(["crowded a0"]);
    connections.hold(b, 101);
    expect(refused).toEqual(["crowded a0", "crowded b1"]);
    expect(connections.size).toBe(0);
  });
});

describe("connectionLimit", () => {
  const line = (soft: string) =>
    `Limit   Soft Limit  Hard Limit  Units\nMax open files            ${soft}   20000   files\n`;
  const LIMITS = [
    { name: "few descriptors", limits: line("1024"), want: 512 },
    { name: "many descriptors", limits: line("524288"), want: 4096 },
    { name: "no bound", limits: line("unlimited"), want: 4096 },
    { name: "no /proc", limits: undefined, want: 4096 },
  ];
  for (const { name, limits, want } of LIMITS) {
    test(`${name}: ${want}`, () => {
      expect(connectionLimit(limits)).toBe(want);
    });
  }
});
