import { connect, type Socket } from "node:net";
import { type AgentMessage, AgentMessageDecoder, encodePluginMessage, type PluginMessage } from "../zabbix/plugin.ts";

export interface AgentLinkOptions {
  /** The agent's plugin socket. */
  readonly path: string;
  readonly heard: (message: AgentMessage) => void;
  /** The agent is gone, or cannot be understood any more; a fragment. Told once. */
  readonly lost: (reason: string) => void;
}

/** The connection to agent 2 over which it asks. */
export class AgentLink {
  readonly #socket: Socket;

  constructor({ path, heard, lost }: AgentLinkOptions) {
    const decoder = new AgentMessageDecoder();
    const lose = once((reason: string) => {
      this.#socket.destroy();
      lost(reason);
    });
    this.#socket = connect({ path });
    this.#socket.on("error", ({ message }) => lose(message));
    this.#socket.on("close", () => lose("the agent closed the connection"));
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
}

function once<A>(callback: (argument: A) => void): (argument: A) => void {
  let called = false;
  return (argument) => {
    if (called) return;
    called = true;
    callback(argument);
  };
}
