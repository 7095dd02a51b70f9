import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type HandshakeLimits, Handshakes } from "../../../src/transports/tls/handshakes.ts";

/** Handshakes of peers named by one letter, whose turns are moved by hand. */
function crowd(limits: HandshakeLimits = { perPeer: 64, inAll: 256 }) {
  const begun: string[] = [];
  const crowded: string[] = [];
  const names = new Map<Socket, string>();
  let due: (() => void)[] = [];
  const handshakes: Handshakes = new Handshakes({
    limits,
    nextTurn: (callback) => void due.push(callback),
    crowd: (socket) => {
      const name = names.get(socket) ?? "";
      crowded.push(name);
      handshakes.leave(socket, name[0] ?? "");
    },
  });
  const turn = () => {
    const now = due;
    due = [];
    for (const callback of now) callback();
    return now.length > 0;
  };
  return {
    begun,
    crowded,
    enter(name: string): Socket {
      const socket = new Socket();
      names.set(socket, name);
      handshakes.enter(socket, name[0] ?? "", () => begun.push(name));
      return socket;
    },
    leave: (socket: Socket) => handshakes.leave(socket, names.get(socket)?.[0] ?? ""),
    /** Turns until nothing is due. */
    settle() {
      while (turn());
    },
    turn,
  };
}

describe("Handshakes", () => {
  test("begin at once when there is no other, then one in a turn", () => {
    const { begun, enter, turn } = crowd();
    for (const name of ["a1", "a2", "a3"]) enter(name);
    expect(begun).toEqual(["a1"]);
    turn();
    expect(begun).toEqual(["a1", "a2"]);
    turn();
    turn();
    expect(turn()).toBe(false);
    enter("a4");
    expect(begun).toEqual(["a1", "a2", "a3", "a4"]);
  });

  test("take the peers in turn: whoever comes behind a flood waits for one of its connections", () => {
    const { begun, enter, turn } = crowd();
    for (let i = 0; i < 100; i++) enter(`a${i}`);
    enter("b0");
    enter("c0");
    turn();
    turn();
    turn();
    expect(begun).toEqual(["a0", "a1", "b0", "c0"]);
  });

  test("of one peer are bounded; the next begins when one is over", () => {
    const { begun, enter, leave, settle } = crowd({ perPeer: 2, inAll: 100 });
    const first = enter("a1");
    for (const name of ["a2", "a3", "b1"]) enter(name);
    settle();
    expect(begun).toEqual(["a1", "a2", "b1"]);
    leave(first);
    settle();
    expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  });

  test("in all are bounded: the peer with most loses its oldest to one with fewer", () => {
    const { begun, crowded, enter, settle } = crowd({ perPeer: 4, inAll: 4 });
    for (const name of ["a1", "a2", "a3", "b1", "c1", "c2", "d1"]) enter(name);
    settle();
    expect(begun).toEqual(["a1", "a2", "b1", "c1", "d1"]);
    expect(crowded).toEqual(["a1"]);
  });

  test("that were given up while they waited never begin", () => {
    const { begun, enter, leave, settle } = crowd();
    enter("a1");
    leave(enter("a2"));
    leave(enter("b1"));
    enter("a3");
    settle();
    expect(begun).toEqual(["a1", "a3"]);
  });
});
