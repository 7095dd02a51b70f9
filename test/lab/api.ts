import type { Server } from "./lab.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Objects as the API gives them: every number is a text. */
export type Row = Readonly<Record<string, string>>;

/** The JSON-RPC API of a Zabbix server, logged in. */
export class Api {
  readonly #url: string;
  readonly #session: string;

  private constructor(url: string, session: string) {
    this.#url = url;
    this.#session = session;
  }

  static async login({ api, user, password }: Server): Promise<Api> {
    return new Api(api, (await post(api, { method: "user.login", params: { username: user, password } })) as string);
  }

  /** One call; throws what the server found wrong. `auth` in the body is what both versions understand. */
  call(method: string, params: unknown): Promise<unknown> {
    return post(this.#url, { method, params, auth: this.#session });
  }

  /** The objects that a `get` method finds. */
  async rows(method: string, params: Fields): Promise<readonly Row[]> {
    return (await this.call(method, params)) as readonly Row[];
  }

  /** Creates one object and answers its id. */
  async create(kind: string, fields: Fields): Promise<string> {
    const [ids] = Object.values((await this.call(`${kind}.create`, fields)) as Readonly<Record<string, string[]>>);
    return found(ids?.[0], `${kind}.create gave no id`);
  }

  /** The id of the one object of this name, undefined when there is none. */
  async idOf(kind: "host" | "hostgroup" | "template", name: string): Promise<string | undefined> {
    const id = kind === "hostgroup" ? "groupid" : `${kind}id`;
    const filter = kind === "hostgroup" ? { name } : { host: name };
    const [row] = await this.rows(`${kind}.get`, { filter, output: [id] });
    return row?.[id];
  }
}

/** The value, which must be there. */
export function found<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}

async function post(url: string, request: Fields): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json-rpc" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...request }),
  });
  const reply = (await response.json()) as { readonly result?: unknown; readonly error?: Row };
  const { error } = reply;
  if (error !== undefined) throw new Error(`${request["method"]}: ${error["message"]} ${error["data"]}`);
  return reply.result;
}
