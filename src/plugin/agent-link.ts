import { connect, type Socket } from "node:net";
import {
  type AgentMessage,
  AgentMessageDecoder,
  encodePluginMessage,
  type PluginMessage,
  type Severity,
} from "../zabbix/plugin.ts";

export interface AgentLinkOptions {
  /** The agent's plugin socket. */
  readonly path: string;
  readonly heard: (message: AgentMessage) => void;
  /** The agent is gone (undefined), or cannot be reached or understood: a fragment. Told once. */
  readonly lost: (reason: string | undefined) => void;
}

/** Bytes that may wait for an agent that does not read: log lines beyond them are only counted. */
const MOST_WAITING = 256 << 10;

/** The connection to agent 2 over which it asks. */
export class AgentLink {
  readonly #socket: Socket;
  #lostLines = 0;

  constructor({ path, heard, lost }: AgentLinkOptions) {
    const decoder = new AgentMessageDecoder();
    const lose = once((reason: string | undefined) => {
      this.#socket.destroy();
      lost(reason);
    });
    this.#socket = connect({ path });
    this.#socket.on("error", ({ message }) => lose(message));
    this.#socket.on("close", () => lose(undefined));
    this.#socket.on("data", (chunk) => {
      const messages = decoder.push(chunk);
      if (messages.kind === "malformed") lose(messages.reason);
      else for (const message of messages.value) heard(message);
    });
  }

  /** What cannot be sent any more is dropped: then the agent is gone. */
  send(message: PluginMessage): void {
    if (this.#socket.writable) this.#socket.write(encodePluginMessage(message));
  }

  /** Into the agent's log, which drops what its own DebugLevel leaves out. */
  log(severity: Severity, text: string): void {
    if (this.#socket.writableLength > MOST_WAITING) {
      this.#lostLines += 1;
      return;
    }
    if (this.#lostLines > 0) {
      this.send({
        kind: "log",
        severity: "warning",
        text: `Lost ${this.#lostLines} log lines: the agent did not read.`,
      });
      this.#lostLines = 0;
    }
    this.send({ kind: "log", severity, text });
  }
}

function once<A>(callback: (argument: A) => void): (argument: A) => void {
  let called = false;
  return (argument) => {
    if (called) return;
    called = true;
    callback(argument);
  };
}
