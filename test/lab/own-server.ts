import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lowPort } from "../real/address.ts";
import type { Program } from "../real/program.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { found } from "./api.ts";
import { lab, labDirectory, type Server } from "./lab.ts";

/** Columns that differ from their defaults. */
type Columns = Readonly<Record<string, string | number>>;

export interface OwnItem {
  readonly key: string;
  readonly kind: "passive" | "active" | "trapper" | "internal";
  readonly type: "char" | "unsigned";
}

export interface OwnHost {
  readonly name: string;
  readonly at: { readonly host: string; readonly port: number };
  /** The `tls_` columns of table hosts. */
  readonly tls: Columns;
  readonly items: readonly OwnItem[];
}

export interface OwnServerOptions {
  /** The lab's server whose version and databases it takes. */
  readonly beside: Server;
  readonly program: string;
  /** Where it listens, and from where it asks. */
  readonly host: string;
  /** The lines of its configuration that the test is about. */
  readonly lines: readonly string[];
  readonly hosts: readonly OwnHost[];
  /** More rows, as SQL. */
  readonly rows?: readonly string[];
}

const KINDS = { passive: 0, trapper: 2, internal: 5, active: 7 } as const;
const TYPES = {
  char: { number: 1, history: "history_str" },
  unsigned: { number: 3, history: "history_uint" },
} as const;

/** Nothing of the untouched database has such a number. */
const FIRST_ID = 900_000;
/** Each question starts a program. */
const QUERY_PAUSE_MS = 1000;

/**
 * A Zabbix server beside the lab's, for what only its configuration file can say. It has a database of its own, into which
 * its hosts are written before it starts: it has no frontend.
 */
export class OwnServer {
  readonly host: string;
  readonly port: number;
  readonly #beside: Server;
  readonly #database: string;
  readonly #items: ReadonlyMap<string, { readonly id: number; readonly type: OwnItem["type"] }>;
  #program: Program | undefined;

  private constructor({ beside, host, hosts }: OwnServerOptions, port: number) {
    this.host = host;
    this.port = port;
    this.#beside = beside;
    this.#database = `tidemark_${process.pid}_${port}`;
    const items = hosts.flatMap(({ name, items }) => items.map(({ key, type }) => ({ name: `${name} ${key}`, type })));
    this.#items = new Map(items.map(({ name, type }, at) => [name, { id: FIRST_ID + at, type }]));
  }

  static async start(options: OwnServerOptions): Promise<OwnServer> {
    const server = new OwnServer(options, await lowPort(options.host));
    server.#sql("postgres", `create database ${server.#database} template zabbix_seed`);
    try {
      const rows = options.hosts.flatMap((host, at) => server.#rows(host, FIRST_ID + at));
      server.query([...rows, ...(options.rows ?? [])].join(";"));
      await server.#launch(options);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Ends it and drops its database. */
  async stop(): Promise<void> {
    await this.#program?.end();
    this.#sql("postgres", `drop database ${this.#database} with (force)`);
  }

  /** What it has logged. */
  get log(): string {
    return this.#program?.log ?? "";
  }

  /** Waits until its database is as it should be; throws the log when it ends before. */
  async untilRows(what: string, isSo: () => boolean, seconds: number): Promise<void> {
    const program = found(this.#program, "it was not started");
    const settled = async () => {
      await pause(QUERY_PAUSE_MS);
      return program.exit !== undefined || isSo();
    };
    await waitFor(settled, { what, seconds });
    if (program.exit !== undefined) throw new Error(program.report());
  }

  /** Asks its database; columns stand apart by `|`. */
  query(commands: string): string {
    return this.#sql(this.#database, commands).trimEnd();
  }

  /** The newest value of an item; undefined when there is none. */
  newest(host: string, key: string): string | undefined {
    const { id, type } = found(this.#items.get(`${host} ${key}`), `no item "${key}" of "${host}"`);
    const query = `select value from ${TYPES[type].history} where itemid=${id} order by clock desc, ns desc limit 1`;
    const value = this.query(query);
    return value === "" ? undefined : value;
  }

  /** Waits until an item has a value. */
  async until(host: string, key: string, value: RegExp, seconds = 60): Promise<void> {
    const arrived = () => value.test(this.newest(host, key) ?? "");
    await waitFor(arrived, { what: `"${key}" of "${host}" to be ${value}`, seconds });
  }

  /** The error of a host's interface; "" while it can be reached. */
  interfaceError(host: string): string {
    const query = `select error from interface join hosts using (hostid) where host='${host}'`;
    return this.query(query);
  }

  #rows({ name, at, tls, items }: OwnHost, id: number): readonly string[] {
    const more = this.#beside.version === "6.0" ? [] : [insert("host_rtdata", { hostid: id })];
    return [
      insert("hosts", { hostid: id, host: name, name, ...tls }),
      ...more,
      insert("interface", { interfaceid: id, hostid: id, main: 1, ip: at.host, port: at.port }),
      ...items.flatMap((item) => this.#itemRows(name, id, item)),
    ];
  }

  #itemRows(host: string, hostid: number, { key, kind, type }: OwnItem): readonly string[] {
    const itemid = this.#items.get(`${host} ${key}`)?.id ?? 0;
    const asked = kind === "passive" ? { interfaceid: hostid } : {};
    const how = { type: KINDS[kind], value_type: TYPES[type].number, delay: "1s", ...asked };
    return [
      insert("items", { itemid, hostid, name: key, key_: key, ...how }),
      insert("item_rtdata", { itemid }),
      ...(this.#beside.version === "6.0" ? [] : [insert("item_rtname", { itemid, name_resolved: key })]),
    ];
  }

  async #launch({ program, lines }: OwnServerOptions): Promise<void> {
    const directory = temporaryDirectory();
    const path = join(directory, "server.conf");
    const own = {
      ListenIP: this.host,
      ListenPort: this.port,
      SourceIP: this.host,
      LogType: "console",
      PidFile: join(directory, "server.pid"),
      SocketDir: directory,
      AllowRoot: 1,
      AllowUnsupportedDBVersions: 1,
      DBHost: "127.0.0.1",
      DBPort: this.#beside.databases,
      DBName: this.#database,
      DBUser: "zabbix",
      CacheUpdateFrequency: 1,
      StartPollers: 2,
      StartTrappers: 2,
      ...Object.fromEntries(["Pingers", "Discoverers", "HTTPPollers"].map((name) => [`Start${name}`, 0])),
      UnavailableDelay: 2,
      UnreachableDelay: 1,
      UnreachablePeriod: 2,
    };
    writeFileSync(path, `${[...Object.entries(own).map(([key, value]) => `${key}=${value}`), ...lines].join("\n")}\n`);
    const ready = { host: this.host, port: this.port };
    this.#program = await start(program, ["-f", "-c", path], { ready, seconds: 60 });
  }

  #sql(database: string, commands: string): string {
    const stop = ["-v", "ON_ERROR_STOP=1"];
    return lab(labDirectory() ?? "", "psql", this.#beside.version, "-d", database, "-At", ...stop, "-c", commands);
  }
}

function insert(table: string, columns: Columns): string {
  const values = Object.values(columns).map((value) => `'${value}'`);
  return `insert into ${table} (${Object.keys(columns)}) values (${values})`;
}
