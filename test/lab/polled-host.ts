import { afterAll } from "vitest";
import { pause, waitFor } from "../real/wait.ts";
import { Api, found, type Row } from "./api.ts";
import type { Server } from "./lab.ts";

/** Value types by the API's numbers. */
const TYPES = { float: 0, char: 1, unsigned: 3, text: 4 } as const;
export type ValueType = keyof typeof TYPES;

const PASSIVE = 0;
const TRAPPER = 2;
const ACTIVE = 7;
const DEPENDENT = 18;
const AGENT_INTERFACE = 1;
const JSONPATH = "12";
const NO_VALUE = { error_handler: "0", error_handler_params: "" } as const;

const GROUP = "Tests of tidemark";
const POLL_MS = 200;

const created = new Map<string, PolledHost>();

afterAll(async () => {
  for (const host of created.values()) await host.remove();
});

export interface HostOptions {
  readonly name: string;
  readonly at: { readonly host: string; readonly port: number };
  readonly template?: string;
  readonly macros?: Readonly<Record<string, string>>;
}

/** What the server knows about an item now. `value` is undefined until there was one. */
export interface ItemNow {
  readonly value: string | undefined;
  readonly supported: boolean;
  readonly error: string;
}

interface Availability {
  readonly available: string;
  readonly error: string;
}

interface Wait {
  readonly what: string;
  readonly seconds: number;
  readonly good: (now: ItemNow) => Promise<boolean>;
}

/** One value of an item's history; `clock` in seconds, with the fraction. */
export interface Point {
  readonly clock: number;
  readonly value: string;
}

/** A host in Zabbix whose agent interface is a port of the test, which may as well be asked for active checks. It is deleted when the test file is over. */
export class PolledHost {
  readonly api: Api;
  readonly id: string;
  readonly #interface: string;

  private constructor(api: Api, id: string, interfaceId: string) {
    this.api = api;
    this.id = id;
    this.#interface = interfaceId;
  }

  /** Creates the host; one of the same name is from a run that was interrupted, and is deleted before. */
  static async create(server: Server, { name, at, template, macros = {} }: HostOptions): Promise<PolledHost> {
    const api = await Api.login(server);
    const old = await api.idOf("host", name);
    if (old !== undefined) await api.call("host.delete", [old]);
    const groupid = (await api.idOf("hostgroup", GROUP)) ?? (await api.create("hostgroup", { name: GROUP }));
    const templates = template === undefined ? [] : [{ templateid: await api.idOf("template", template) }];
    const port = String(at.port);
    const id = await api.create("host", {
      host: name,
      groups: [{ groupid }],
      templates,
      macros: Object.entries(macros).map(([macro, value]) => ({ macro, value })),
      interfaces: [{ type: AGENT_INTERFACE, main: 1, useip: 1, ip: at.host, dns: "", port }],
    });
    const [row] = await api.rows("hostinterface.get", { hostids: id });
    const host = new PolledHost(api, id, found(row?.["interfaceid"], `"${name}" has no interface`));
    created.set(`${server.version} ${id}`, host);
    return host;
  }

  /** A host that is there already, such as one of autoregistration. */
  static async find(server: Server, name: string): Promise<PolledHost | undefined> {
    const api = await Api.login(server);
    const id = await api.idOf("host", name);
    if (id === undefined) return undefined;
    const [row] = await api.rows("hostinterface.get", { hostids: id });
    const host = new PolledHost(api, id, row?.["interfaceid"] ?? "");
    created.set(`${server.version} ${id}`, host);
    return host;
  }

  /** Deletes the host before the test file is over. */
  async remove(): Promise<void> {
    for (const [key, host] of created) if (host.id === this.id && host.api === this.api) created.delete(key);
    await this.api.call("host.delete", [this.id]);
  }

  /** An active check; answers the item's id. */
  active(key: string, type: ValueType, delay = "1s"): Promise<string> {
    return this.api.create("item", { ...activeItem(this.id, key, delay), value_type: TYPES[type] });
  }

  /** An item that others send values to; answers the item's id. */
  trapper(key: string, type: ValueType): Promise<string> {
    return this.api.create("item", { hostid: this.id, key_: key, name: key, type: TRAPPER, value_type: TYPES[type] });
  }

  /** A passive check each second; answers the item's id. */
  item(key: string, type: ValueType): Promise<string> {
    return this.api.create("item", { ...this.#passive(key), value_type: TYPES[type] });
  }

  /** An item that a JSONPath finds in another item's value. */
  dependent(master: string, key: string, { type, path }: { readonly type: ValueType; readonly path: string }) {
    return this.api.create("item", {
      hostid: this.id,
      key_: key,
      name: key,
      type: DEPENDENT,
      master_itemid: master,
      value_type: TYPES[type],
      preprocessing: [{ type: JSONPATH, params: path, ...NO_VALUE }],
    });
  }

  /** A discovery rule, asked each second, with one prototype of passive checks. */
  async discovery(key: string, prototype: { readonly key: string; readonly type: ValueType }): Promise<void> {
    const ruleid = await this.api.create("discoveryrule", this.#passive(key));
    const value_type = TYPES[prototype.type];
    await this.api.create("itemprototype", { ...this.#passive(prototype.key), ruleid, value_type });
  }

  /** What the API says about an item, `more` added to the question. */
  async row(key: string, more: Readonly<Record<string, unknown>> = {}): Promise<Row> {
    const [row] = await this.api.rows("item.get", {
      hostids: this.id,
      filter: { key_: key },
      output: "extend",
      ...more,
    });
    return found(row, `the host has no item "${key}"`);
  }

  async now(key: string): Promise<ItemNow> {
    return itemNow(await this.row(key));
  }

  /** All items by key. */
  async items(): Promise<ReadonlyMap<string, ItemNow>> {
    const rows = await this.api.rows("item.get", { hostids: this.id, output: "extend" });
    return new Map(rows.map((row) => [row["key_"] ?? "", itemNow(row)]));
  }

  /** Its newest values, oldest first. */
  async history(key: string): Promise<readonly Point[]> {
    const { itemid, value_type } = await this.row(key);
    const rows = await this.api.rows("history.get", { itemids: itemid, history: Number(value_type), output: "extend" });
    return rows
      .map((row) => ({ clock: Number(row["clock"]) + Number(row["ns"]) / 1e9, value: row["value"] ?? "" }))
      .toSorted((one, other) => one.clock - other.clock);
  }

  /** Availability of the interface: "0" unknown, "1" available, "2" not available. */
  async availability(): Promise<Availability> {
    const [row] = await this.api.rows("hostinterface.get", { hostids: this.id, output: "extend" });
    return { available: row?.["available"] ?? "", error: row?.["error"] ?? "" };
  }

  /** Waits until the server has this value, or what is asked anew each time; the error tells what it has instead. */
  async until(key: string, wanted: string | (() => Promise<string>), seconds = 60): Promise<void> {
    const ask = typeof wanted === "string" ? async () => wanted : wanted;
    const good = async ({ value, supported }: ItemNow) => supported && value === (await ask());
    await this.#wait(key, { what: JSON.stringify(await ask()), seconds, good });
  }

  /** Waits until the server says that the item is not supported; answers its reason. */
  async untilNotSupported(key: string, seconds = 60): Promise<string> {
    await this.#wait(key, { what: "not supported", seconds, good: async ({ supported }) => !supported });
    return (await this.now(key)).error;
  }

  /** Waits until the server has the interface as available, and no error noted with it any more. */
  async untilAvailable(): Promise<void> {
    await this.#untilInterface("available", ({ available, error }) => available === "1" && error === "");
  }

  /** Waits until the server has the interface as not available; answers its reason. */
  async untilNotAvailable(): Promise<string> {
    await this.#untilInterface("not available", ({ available }) => available === "2");
    return (await this.availability()).error;
  }

  /** "Execute now" for all passive items. */
  async checkNow(): Promise<void> {
    const rows = await this.api.rows("item.get", { hostids: this.id, filter: { type: PASSIVE }, output: ["itemid"] });
    await this.api.call(
      "task.create",
      rows.map(({ itemid }) => ({ type: 6, request: { itemid } })),
    );
  }

  async #wait(key: string, { what, seconds, good }: Wait): Promise<void> {
    const settled = async () => {
      await pause(POLL_MS);
      const now = await this.now(key);
      return (await good(now)) || Promise.reject(new Error(JSON.stringify(now)));
    };
    await waitFor(settled, { what: `"${key}" to be ${what} on the server`, seconds });
  }

  async #untilInterface(state: string, good: (now: Availability) => boolean): Promise<void> {
    const settled = async () => {
      await pause(POLL_MS);
      const now = await this.availability();
      return good(now) || Promise.reject(new Error(JSON.stringify(now)));
    };
    await waitFor(settled, { what: `the interface to be ${state} on the server`, seconds: 90 });
  }

  #passive(key: string): Readonly<Record<string, unknown>> {
    return { hostid: this.id, key_: key, name: key, type: PASSIVE, delay: "1s", interfaceid: this.#interface };
  }
}

function activeItem(hostid: string, key: string, delay: string): Readonly<Record<string, unknown>> {
  return { hostid, key_: key, name: key, type: ACTIVE, delay };
}

function itemNow(row: Row): ItemNow {
  const value = row["lastclock"] === "0" ? undefined : row["lastvalue"];
  return { value, supported: row["state"] === "0", error: row["error"] ?? "" };
}
