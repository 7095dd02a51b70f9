import type { Severity } from "../zabbix/plugin.ts";
import type { Check } from "./check.ts";
import { Child } from "./child.ts";
import type { PluginOptions } from "./options.ts";
import { probe } from "./probe.ts";
import { Values } from "./values.ts";

export interface ProviderOptions extends PluginOptions {
  readonly program: string;
  readonly log: (severity: Severity, text: string) => void;
  /** How often it looks whether the host's daemon came or went. */
  readonly lookMs: number;
  /** A daemon that was away so long is not being restarted. */
  readonly awayMs: number;
}

/** Key of the item that says who answers; only the door knows. */
export const MODE_KEY = "tidemark.mode";

/**
 * The tidemark that answers: the host's daemon where there is one, so that nothing is sampled twice, else a child. A
 * daemon that is only restarted is waited for; one that appears later takes over from the child.
 */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #looking: NodeJS.Timeout;
  /** Whose answers are passed on. */
  #values: Values;
  #child: Child | undefined;
  /** Checks that came before it was decided who answers; undefined from then on. */
  #early: Check[] | undefined = [];
  /** Why the child does not answer, a sentence. */
  #trouble: string | undefined;
  /** performance.now() of the look since which the daemon is not there. */
  #awaySince: number | undefined;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#values = new Values(options.socket);
    this.#looking = setInterval(() => void this.#look(), options.lookMs);
    void this.#choose();
  }

  ask(check: Check): void {
    if (this.#early !== undefined) this.#early.push(check);
    else if (check.key === MODE_KEY) check.answer({ kind: "value", text: this.#mode() });
    else if (this.#trouble !== undefined) check.fail(this.#trouble);
    else this.#values.ask(check);
  }

  /** Who has not answered when an answer did not come in time. */
  get awaited(): string {
    if (this.#child === undefined) return `The tidemark at "${this.#options.socket}"`;
    return this.#early === undefined ? "The plugin's own tidemark" : "The plugin's own tidemark is still starting and";
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    this.#values.close();
    await this.#child?.stop();
  }

  #mode(): string {
    return `plugin of agent 2, values of ${this.#child === undefined ? "the daemon" : "its child"}`;
  }

  async #choose(): Promise<void> {
    const { socket, log } = this.#options;
    if ((await probe(socket)) === "nobody") return this.#startChild();
    log("info", `Values come from the tidemark at "${socket}".`);
    this.#decided(undefined);
  }

  #startChild(): void {
    const { socket, log } = this.#options;
    const child = new Child({
      ...this.#options,
      changed: (trouble) => {
        if (this.#child === child) this.#decided(trouble);
      },
    });
    this.#child = child;
    log("info", `No tidemark at "${socket}": values come from one of the plugin's own at "${child.socket}".`);
    this.#answerFrom(child.socket);
    void child.start();
  }

  /** Checks that are on their way to who answered before are asked again. */
  #answerFrom(socket: string): void {
    const asked = this.#values.close();
    this.#values = new Values(socket);
    this.#early = [...(this.#early ?? []), ...asked];
  }

  #decided(trouble: string | undefined): void {
    this.#trouble = trouble;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const check of early) if (!check.over) this.ask(check);
  }

  async #look(): Promise<void> {
    const isThere = (await probe(this.#options.socket)) !== "nobody";
    if (this.#child !== undefined) {
      if (isThere) this.#handOver(this.#child);
    } else if (isThere) {
      this.#awaySince = undefined;
    } else {
      this.#awaySince ??= performance.now();
      if (performance.now() - this.#awaySince >= this.#options.awayMs) this.#startChild();
    }
  }

  #handOver(child: Child): void {
    const { socket, log } = this.#options;
    log("info", `Values come from the tidemark at "${socket}" from now on; the plugin's own is stopped.`);
    this.#child = undefined;
    this.#awaySince = undefined;
    this.#answerFrom(socket);
    this.#decided(undefined);
    void child.stop();
  }
}
