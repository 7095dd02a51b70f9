import { formatKey } from "../zabbix/key.ts";
import type { AgentMessage, OptionNode, PluginMessage } from "../zabbix/plugin.ts";
import { AgentLink } from "./agent-link.ts";
import { checkOptions } from "./check.ts";
import { type PluginOptions, pluginOptions } from "./options.ts";
import { Provider } from "./provider.ts";

/** `Plugins.<this>.System.Path` of the agent's configuration. */
const NAME = "Tidemark";
/** Answered here: which tidemark the values come from is what only the door knows. */
const MODE_KEY = "tidemark.mode";
/** Of a check, when the agent does not say how long it waits (6.0); the longest that it can be told to wait. */
const PATIENCE_SECONDS = 30;
/** An answer that comes so much before the asker gives up still arrives. */
const SPARE_MS = 200;
/** Registering must be over within the agent's own timeout, 3 s by default; a check takes 0.2 s on an idle machine. */
const CHECK_MS = 2000;

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
  /** Ends the process. `stay`: agent 6.0 dies when the process that registered ends before it. */
  readonly leave: (how: "exit" | "stay") => void;
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
      lost: (reason) => {
        process.stderr.write(`tidemark-plugin: ${reason}\n`);
        void this.#leave();
      },
    });
  }

  /** Into the agent's log. */
  log(severity: "info" | "error" | "warning" | "debug" | "critical", text: string): void {
    this.#send({ kind: "log", severity, text });
  }

  #send(message: PluginMessage): void {
    this.#link.send(message);
  }

  #heard(message: AgentMessage): void {
    switch (message.kind) {
      case "register":
        this.#old = message.version.startsWith("6.0.");
        this.#send({ kind: "registered", id: message.id, name: NAME, metrics: this.#options.metrics });
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
        void this.#leave();
        return;
      case "other":
        this.log("debug", `The agent sent a message of unknown type ${message.type}; it was ignored.`);
        return;
    }
  }

  #read(tree: OptionNode) {
    return pluginOptions(tree, this.#options.defaults);
  }

  async #validate(id: number, tree: OptionNode): Promise<void> {
    const { options, faults } = this.#read(tree);
    const fault = faults.length > 0 ? faults.join("; ") : await this.#fault(options);
    this.#send({ kind: "valid", id, reason: fault });
  }

  async #fault({ directory, directives }: PluginOptions): Promise<string | undefined> {
    if (directives.length === 0) return undefined;
    try {
      return await checkOptions({ program: this.#options.program, directory, directives }, CHECK_MS);
    } catch (error) {
      return `Plugins.${NAME}.Directory: ${error instanceof Error ? error.message : error}`;
    }
  }

  #start(): void {
    this.#provider ??= new Provider({
      ...this.#plugin,
      program: this.#options.program,
      log: (severity, text) => this.log(severity, text),
    });
  }

  #export({ id, key, params, timeout }: Extract<AgentMessage, { kind: "export" }>): void {
    this.#start(); // an agent that asks before it says start is answered, too
    if (key === MODE_KEY) {
      this.#send({ kind: "value", id, text: this.#provider?.mode ?? "" });
      return;
    }
    const seconds = timeout ?? this.#timeout;
    const answer = onceBy(seconds * 1000 - SPARE_MS, (message: PluginMessage) => this.#send(message), {
      kind: "error",
      id,
      reason: `Tidemark did not answer within ${seconds} s.`,
    });
    this.#provider?.ask(formatKey(key, params), (told) =>
      answer(
        told.kind === "value" ? { kind: "value", id, text: told.text } : { kind: "error", id, reason: told.reason },
      ),
    );
  }

  async #leave(): Promise<void> {
    await this.#provider?.stop();
    this.#options.leave(this.#options.registering && this.#old ? "stay" : "exit");
  }
}

/** Passes the first message on; after `ms` without one, `late`. */
function onceBy<M>(ms: number, pass: (message: M) => void, late: M): (message: M) => void {
  let done = false;
  const first = (message: M) => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    pass(message);
  };
  const timer = setTimeout(() => first(late), Math.max(0, ms));
  return first;
}
