import { readJournal } from "../../src/journal/replay.ts";
import type { Sample } from "../../src/ring/sample.ts";
import { SampleDecoder } from "../../src/schedule/sample-record.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type Asked, ScriptedServer } from "../unit/transports/scripted-server.ts";

/** A value as a server's history would have it. */
export interface Kept {
  readonly itemid: number;
  readonly value: string;
  readonly clock: number;
  readonly ns: number;
}

interface Message {
  readonly request: string;
  readonly session?: string;
  readonly data?: readonly (Kept & { readonly id: number })[];
}

/**
 * A TCP server that does with active checks what a Zabbix server does: it hands out one list, keeps values, and knows a
 * repetition by session and id. `mishap` is asked before values are answered: "before" drops the connection before they
 * are kept, "after" once they are.
 */
export class ZabbixStandIn {
  readonly server: ScriptedServer;
  readonly history: Kept[] = [];
  /** Values that came once more. */
  repeated = 0;
  /** Requests that began with the same id as one before and were not the same, byte by byte. */
  changed = 0;
  mishap: () => "before" | "after" | undefined = () => undefined;
  readonly #keys: readonly string[];
  readonly #newest = new Map<string, number>();
  readonly #bodies = new Map<string, Buffer>();

  private constructor(server: ScriptedServer, keys: readonly string[]) {
    this.server = server;
    this.#keys = keys;
    server.script = (asked) => this.#take(asked);
  }

  /** @param keys of its items, each due every second; their ids are their places from 1 on */
  static async start(host: string, keys: readonly string[]): Promise<ZabbixStandIn> {
    return new ZabbixStandIn(await ScriptedServer.start(host, () => undefined), keys);
  }

  /** Values of one item in the order in which they came. */
  of(key: string): readonly Kept[] {
    const itemid = this.#keys.indexOf(key) + 1;
    return this.history.filter((kept) => kept.itemid === itemid);
  }

  #take(asked: Asked): void {
    const message: Message = JSON.parse(asked.body.toString("utf8"));
    if (message.request === "active checks") this.#answer(asked, { response: "success", data: this.#list() });
    else if (message.request === "agent data") {
      this.#compare(asked, message);
      this.#values(asked, message);
    } else asked.socket.end();
  }

  #list(): readonly object[] {
    return this.#keys.map((key, at) => ({ key, itemid: at + 1, delay: "1s", lastlogsize: 0, mtime: 0 }));
  }

  #values(asked: Asked, { session = "", data = [] }: Message): void {
    const mishap = this.mishap();
    if (mishap === "before") asked.socket.destroy();
    if (mishap === "before") return;
    const newest = this.#newest.get(session) ?? 0;
    const fresh = data.filter(({ id }) => id > newest);
    this.#newest.set(session, Math.max(newest, ...data.map(({ id }) => id)));
    this.repeated += data.length - fresh.length;
    this.history.push(...fresh.map(({ itemid, value, clock, ns }) => ({ itemid, value, clock, ns })));
    if (mishap === "after") asked.socket.destroy();
    const info = `processed: ${fresh.length}; failed: ${data.length - fresh.length}; total: ${data.length}; seconds spent: 0.000100`;
    this.#answer(asked, { response: "success", info });
  }

  #compare({ body }: Asked, { session = "", data = [] }: Message): void {
    const batch = `${session} ${data[0]?.id}`;
    if (this.#bodies.get(batch)?.equals(body) === false) this.changed++;
    this.#bodies.set(batch, body);
  }

  #answer({ socket }: Asked, reply: object): void {
    if (!socket.destroyed) socket.end(encodePacket(Buffer.from(JSON.stringify(reply))));
  }
}

/** The samples of a source that a daemon's journal has, oldest first: for each target the first one of a slot counts. */
export function samplesOf(state: string, source: string): readonly Sample[] {
  const decoder = new SampleDecoder();
  const samples = new Map<string, Sample>();
  readJournal({ directory: state, step: 1, boot: "", report: () => undefined }, ({ slot, body }) => {
    const decoded = decoder.decode(body);
    if (decoded.kind !== "ok" || decoded.value?.source !== source) return;
    const { sample } = decoded.value;
    const place = `${sample.target} ${slot}`;
    if (!samples.has(place)) samples.set(place, sample);
  });
  return [...samples.values()].sort((one, other) => one.stamp.clock - other.stamp.clock);
}

/** Clocks (whole seconds) of all samples of tidemark itself: one for each tick. */
export function sampledSeconds(state: string): readonly number[] {
  return samplesOf(state, "tidemark").map(({ stamp }) => Math.floor(stamp.clock + 0.05));
}
