import { formatKey } from "../zabbix/key.ts";
import type { AgentMessage, OptionNode } from "../zabbix/plugin.ts";
import { AgentLink } from "./agent-link.ts";
import { Check } from "./check.ts";
import { configText } from "./config.ts";
import { type PluginOptions, pluginOptions } from "./options.ts";
import { Provider } from "./provider.ts";
import { verify } from "./verify.ts";

/** `Plugins.<this>.System.Path` of the agent's configuration. */
const NAME = "Tidemark";
/** Of a check, when the agent does not say how long it waits (6.0); the longest that it can be told to wait. */
const PATIENCE_SECONDS = 30;
/** An answer that comes so much before the asker gives up still arrives. */
const SPARE_MS = 200;
/** Registering must be over within the agent's own timeout, 3 s by default; a verification takes 0.2 s on an idle machine. */
const REGISTER_MS = 2000;
const LOOK_MS = 10_000;
const AWAY_MS = 60_000;

export interface DoorOptions {
  /** The agent's plugin socket. */
  readonly agent: string;
  /** The first run only tells the keys. */
  readonly registering: boolean;
  /** The bundle of tidemark itself. */
  readonly program: string;
  readonly defaults: Pick<PluginOptions, "socket" | "directory">;
  /** Key and description in turns. */
  readonly metrics: readonly string[];
  /** Milliseconds that this process has lived. */
  readonly age: () => number;
  /**
   * Ends the process. `stay`: agent 6.0 dies when the process that registered ends before it. `failed`: with a fragment
   * that says what is wrong with the agent's socket.
   */
  readonly leave: (how: "exit" | "stay" | { readonly failed: string }) => void;
}

/**
 * The process that agent 2 starts. It does nothing that could make it end: if it did, the agent would end too. It passes
 * checks on to a tidemark, the host's or a child, and answers with an error while there is none.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #link: AgentLink;
  #plugin: PluginOptions;
  #provider: Provider | undefined;
  #timeout = PATIENCE_SECONDS;
  /** Agent 6.0 registers with "6.0.13", 7.0 with "6.4.0". */
  #old = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#plugin = { ...options.defaults, directives: [] };
    this.#link = new AgentLink({
      path: options.agent,
      heard: (message) => this.#heard(message),
      lost: (reason) => void this.#leave(reason),
    });
  }

  /** Something that should never be: told to the agent's log, since to end would end the agent. */
  bug(error: unknown): void {
    this.#link.log("critical", `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  }

  #heard(message: AgentMessage): void {
    switch (message.kind) {
      case "register":
        this.#old = message.version.startsWith("6.0.");
        this.#link.send({ kind: "registered", id: message.id, name: NAME, metrics: this.#options.metrics });
        return;
      case "validate":
        void this.#validate(message.id, message.options);
        return;
      case "configure":
        this.#plugin = this.#read(message.options).options;
        this.#timeout = message.timeout ?? PATIENCE_SECONDS;
        return;
      case "start":
        this.#start();
        return;
      case "export":
        this.#export(message);
        return;
      case "terminate":
        void this.#leave(undefined);
        return;
      case "unknown":
        this.#link.log("warning", `A message of the agent was ignored: ${message.reason}.`);
        return;
    }
  }

  #read(tree: OptionNode) {
    return pluginOptions(tree, this.#options.defaults);
  }

  async #validate(id: number, tree: OptionNode): Promise<void> {
    const { options, faults } = this.#read(tree);
    const fault = faults.length > 0 ? faults.join("; ") : await this.#fault(options);
    this.#link.send({ kind: "valid", id, reason: fault });
  }

  async #fault(options: PluginOptions): Promise<string | undefined> {
    if (options.directives.length === 0) return undefined;
    const { program, age } = this.#options;
    try {
      return await verify({
        program,
        config: configText(options),
        timeoutMs: Math.max(Math.ceil(REGISTER_MS - age()), 1),
      });
    } catch (error) {
      // A machine too busy to check in time must not keep the agent from starting: the child checks again.
      this.#link.log("warning", `The options were not verified: ${error instanceof Error ? error.message : error}.`);
      return undefined;
    }
  }

  #start(): Provider {
    this.#provider ??= new Provider({
      ...this.#plugin,
      program: this.#options.program,
      log: (severity, text) => this.#link.log(severity, text),
      lookMs: LOOK_MS,
      awayMs: AWAY_MS,
    });
    return this.#provider;
  }

  /** An agent that asks before it says start is answered, too. */
  #export({ id, key, params, timeout }: Extract<AgentMessage, { kind: "export" }>): void {
    const provider = this.#start();
    const seconds = timeout ?? this.#timeout;
    const check = new Check({
      key: formatKey(key, params),
      ms: seconds * 1000 - SPARE_MS,
      late: () => `${provider.awaited} did not answer within ${seconds} s.`,
      tell: (told) => this.#link.send({ ...told, id }),
    });
    provider.ask(check);
  }

  async #leave(failed: string | undefined): Promise<void> {
    await this.#provider?.stop();
    const stays = this.#options.registering && this.#old;
    this.#options.leave(stays ? "stay" : failed === undefined ? "exit" : { failed });
  }
}
