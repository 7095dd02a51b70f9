import { connect } from "node:net";
import type { Severity } from "../zabbix/plugin.ts";
import { Child } from "./child.ts";
import type { PluginOptions } from "./options.ts";
import { type Told, Values } from "./values.ts";

export interface ProviderOptions extends PluginOptions {
  readonly program: string;
  readonly log: (severity: Severity, text: string) => void;
}

/** How often a door with a child looks whether the host has got a daemon of its own. */
const LOOK_MS = 30_000;

/**
 * The tidemark that answers: the host's daemon where there is one, so that nothing is sampled twice, else a child. A
 * daemon that is only restarted is waited for; one that appears later takes over from the child.
 */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #daemon: Values;
  #child: { readonly process: Child; readonly values: Values } | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** Checks that came before anybody could answer; undefined as soon as that is decided. */
  #early: (() => void)[] | undefined = [];
  /** Why the child does not answer, a sentence. */
  #trouble: string | undefined;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#daemon = new Values(options.socket);
    void this.#choose();
  }

  /** What `tidemark.mode` says. */
  get mode(): string {
    return `plugin of agent 2, values of ${this.#child === undefined ? "the daemon" : "its child"}`;
  }

  ask(key: string, tell: (told: Told) => void): void {
    if (this.#early !== undefined) this.#early.push(() => this.ask(key, tell));
    else if (this.#trouble !== undefined) tell({ kind: "error", reason: this.#trouble });
    else (this.#child?.values ?? this.#daemon).ask(key, tell);
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    this.#daemon.close();
    this.#child?.values.close();
    await this.#child?.process.stop();
  }

  async #choose(): Promise<void> {
    const { socket, log } = this.#options;
    if (!(await listens(socket))) return this.#startChild();
    log("info", `Values come from the tidemark at ${socket}.`);
    this.#decided(undefined);
  }

  #startChild(): void {
    const { socket, log } = this.#options;
    const child = new Child({ ...this.#options, changed: (trouble) => this.#decided(trouble) });
    log("info", `No tidemark listens at ${socket}: values come from a child with its socket ${child.socket}.`);
    this.#child = { process: child, values: new Values(child.socket) };
    child.start();
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
  }

  #decided(trouble: string | undefined): void {
    this.#trouble = trouble;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const ask of early) ask();
  }

  async #look(): Promise<void> {
    const { socket, log } = this.#options;
    if (!(await listens(socket)) || this.#child === undefined) return;
    clearInterval(this.#looking);
    log("info", `Values come from the tidemark at ${socket} from now on; the child is stopped.`);
    const { process, values } = this.#child;
    this.#child = undefined;
    this.#decided(undefined);
    values.close();
    await process.stop();
  }
}

/** Whether somebody accepts connections there. */
function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.on("connect", () => settle(true));
    socket.on("error", () => settle(false));
  });
}
