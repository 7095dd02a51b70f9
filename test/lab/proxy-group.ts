import { Api, found } from "./api.ts";
import type { Server } from "./lab.ts";

const BY_GROUP = 2;

/** A group of proxies, of which one is responsible for each host, and redirects come from the others. Since 7.0. */
export class ProxyGroup {
  readonly id: string;
  readonly #api: Api;

  private constructor(api: Api, id: string) {
    this.#api = api;
    this.id = id;
  }

  /** Creates the group, which works with one proxy and moves hosts after ten seconds, the least there is. */
  static async create(server: Server, name: string): Promise<ProxyGroup> {
    const api = await Api.login(server);
    for (const old of await api.rows("proxygroup.get", { filter: { name } })) {
      await removeMembers(api, found(old["proxy_groupid"], "a group without an id"));
      await api.call("proxygroup.delete", [old["proxy_groupid"]]);
    }
    const id = await api.create("proxygroup", { name, failover_delay: "10s", min_online: "1" });
    return new ProxyGroup(api, id);
  }

  async adopt(hostid: string): Promise<void> {
    await this.#api.call("host.update", { hostid, monitored_by: BY_GROUP, proxy_groupid: this.id });
  }

  /** Id of the proxy that is responsible for a host; undefined: none is yet. */
  async responsible(hostid: string): Promise<string | undefined> {
    const [row] = await this.#api.rows("host.get", { hostids: hostid, output: ["assigned_proxyid"] });
    const id = row?.["assigned_proxyid"];
    return id === "0" ? undefined : id;
  }

  /** No host may be watched by it. */
  async remove(): Promise<void> {
    await removeMembers(this.#api, this.id);
    await this.#api.call("proxygroup.delete", [this.id]);
  }
}

async function removeMembers(api: Api, group: string): Promise<void> {
  const members = await api.rows("proxy.get", { proxy_groupids: group, output: ["proxyid"] });
  if (members.length > 0)
    await api.call(
      "proxy.delete",
      members.map(({ proxyid }) => proxyid),
    );
}
