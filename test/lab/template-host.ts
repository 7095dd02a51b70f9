import type { Server } from "./lab.ts";
import { type HostOptions, PolledHost } from "./polled-host.ts";

/** A host whose templates are those of these titles. */
export interface LinkedOptions extends Pick<HostOptions, "name" | "at" | "macros"> {
  readonly templates: readonly string[];
}

/** Creates the host, with its templates, which must be on the server. */
export async function createLinked(server: Server, { templates, ...options }: LinkedOptions): Promise<PolledHost> {
  const host = await PolledHost.create(server, options);
  const rows = await host.api.rows("template.get", { filter: { host: templates }, output: ["templateid"] });
  if (rows.length !== templates.length) throw new Error(`the server lacks one of ${templates.join(", ")}`);
  await host.api.call("host.update", { hostid: host.id, templates: rows });
  return host;
}

/** "Execute now" for the discovery rules that are polled: long ones may wait for minutes. */
export async function discoverNow({ api, id }: PolledHost): Promise<void> {
  const rules = await api.rows("discoveryrule.get", { hostids: id, filter: { type: 0 }, output: ["itemid"] });
  const requests = rules.map(({ itemid }) => ({ type: 6, request: { itemid } }));
  if (requests.length > 0) await api.call("task.create", requests);
}
