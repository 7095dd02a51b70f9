import type { Duplex } from "node:stream";
import type { Io } from "../../io/io.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import { type Call, contentsOf, encodeCall, type Message, MessageReader } from "./dbus-message.ts";
import type { Value } from "./dbus-value.ts";

/** Answer to one call; malformed: the error of the other side. */
export type Reply = Parsed<readonly Value[]>;

/** Unanswered calls at one time. dbus-daemon refuses the 129th of a connection to the system bus. */
const MOST_UNANSWERED = 64;

/** Login lines are short; a peer that sends more without "OK" speaks something else. */
const MOST_LOGIN_BYTES = 4096;

/** The kernel tells the bus who we are, so no name is sent. */
const LOGIN = "\0AUTH EXTERNAL\r\nDATA\r\n";
const HELLO: Call = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
  member: "Hello",
  args: [],
};

/** A client of a message bus that only asks. The connection is kept from batch to batch. */
export class BusClient {
  readonly #io: Io;
  readonly #path: string;
  #link: Link | undefined;

  /** @param path of the bus's socket; nothing is opened before the first question */
  constructor(io: Io, path: string) {
    this.#io = io;
    this.#path = path;
  }

  /**
   * One batch at a time.
   * @returns one reply for each call, in their order; malformed (a lower-case fragment) when the bus cannot be reached,
   * closes the connection, sends no D-Bus or has not answered all by the deadline: the next batch tries a new connection
   */
  async ask(calls: readonly Call[], deadline: AbortSignal): Promise<Parsed<readonly Reply[]>> {
    this.#link ??= new Link(this.#io, this.#path);
    const outcome = await this.#link.ask(calls, deadline);
    if (outcome.kind === "malformed") this.close();
    return outcome;
  }

  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }
}

interface Batch {
  readonly calls: readonly Call[];
  /** Serial of its first call: the others follow. */
  readonly first: number;
  readonly replies: Map<number, Reply>;
  settle(outcome: Parsed<readonly Reply[]>): void;
}

/** One connection, from its login to its first fault. */
class Link {
  readonly #path: string;
  readonly #socket: Duplex;
  readonly #reader = new MessageReader();
  /** What came of the login's answer; undefined once we are in. */
  #login: string | undefined = "";
  #serial = 1; // of Hello
  #batch: Batch | undefined;
  #fault: string | undefined;

  constructor(io: Io, path: string) {
    this.#path = path;
    this.#socket = io.connect({ kind: "unix", path });
    this.#socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    this.#socket.on("error", (error: Error) => this.#fail(`cannot use the bus at ${path}: ${error.message}`));
    this.#socket.on("close", () => this.#fail(`the bus at ${path} closed the connection`));
    this.#socket.write(LOGIN);
  }

  ask(calls: readonly Call[], deadline: AbortSignal): Promise<Parsed<readonly Reply[]>> {
    return new Promise((resolve) => {
      const late = (): void => this.#fail(`the bus at ${this.#path} did not answer in time`);
      deadline.addEventListener("abort", late, { once: true });
      const settle = (outcome: Parsed<readonly Reply[]>): void => {
        deadline.removeEventListener("abort", late);
        this.#batch = undefined;
        resolve(outcome);
      };
      this.#batch = { calls, first: this.#serial + 1, replies: new Map(), settle };
      if (deadline.aborted) late();
      else if (this.#fault !== undefined) settle(malformed(this.#fault));
      else if (this.#login === undefined) this.#send(this.#batch);
    });
  }

  close(): void {
    this.#fail("the connection to the bus was closed");
  }

  #receive(chunk: Uint8Array): void {
    if (this.#fault !== undefined) return;
    const rest = this.#login === undefined ? chunk : this.#logIn(this.#login, chunk);
    if (rest === undefined) return;
    const messages = this.#reader.feed(rest);
    if (messages.kind === "malformed") this.#fail(`the bus at ${this.#path} sent ${messages.reason}`);
    else if (this.#batch !== undefined) {
      for (const message of messages.value) take(this.#batch, message);
      this.#send(this.#batch);
    }
  }

  /** Reads lines until "OK": what follows them is messages. */
  #logIn(before: string, chunk: Uint8Array): Uint8Array | undefined {
    this.#login = before + Buffer.from(chunk).toString("latin1");
    const lines = /^(?:DATA[^\n]*\n)?OK[^\n]*\n/.exec(this.#login)?.[0];
    if (lines === undefined) {
      const refused = /^(?:REJECTED|ERROR)[^\n]*\n/m.test(this.#login) || this.#login.length > MOST_LOGIN_BYTES;
      if (refused) this.#fail(`the bus at ${this.#path} refused the login: ${this.#login.slice(0, 60).trim()}`);
      return undefined;
    }
    const rest = Buffer.from(this.#login.slice(lines.length), "latin1");
    this.#login = undefined;
    this.#socket.write("BEGIN\r\n");
    this.#socket.write(encodeCall(HELLO, 1));
    if (this.#batch !== undefined) this.#send(this.#batch);
    return rest;
  }

  /** As many calls as may be out at one time; ends the batch when all are answered. */
  #send(batch: Batch): void {
    const { calls, first, replies } = batch;
    const end = Math.min(calls.length, replies.size + MOST_UNANSWERED);
    const now = calls.slice(this.#serial + 1 - first, end);
    if (now.length > 0) this.#socket.write(Buffer.concat(now.map((call) => encodeCall(call, ++this.#serial))));
    if (replies.size >= calls.length) batch.settle(ok(calls.flatMap((_, place) => replies.get(place) ?? [])));
  }

  #fail(fault: string): void {
    this.#fault ??= fault;
    this.#socket.destroy();
    this.#batch?.settle(malformed(this.#fault));
  }
}

/** Other messages may come at any time: the bus greets, and programs say things to everybody. */
function take({ first, calls, replies }: Batch, message: Message): void {
  const place = message.serial - first;
  if (message.kind !== "other" && place >= 0 && place < calls.length) replies.set(place, contentsOf(message));
}
