import { Api, found } from "./api.ts";
import type { Server } from "./lab.ts";

const AUTOREGISTRATION = 2;
const ADD_HOST = 2;
const LINK_TEMPLATE = 6;
const METADATA = 24;
const CONTAINS = 2;
const ACTIVE = 7;
const UNSIGNED = 3;
const GROUP = "Tests of tidemark";

/** What autoregistration shall make of a host that says this metadata: one with active checks of these keys, each second. */
export interface Registration {
  /** Also the name of the action and its template. */
  readonly metadata: string;
  readonly keys: readonly string[];
}

/** Makes the action and its template. Answers what removes both. */
export async function autoregister(server: Server, { metadata, keys }: Registration): Promise<() => Promise<void>> {
  const api = await Api.login(server);
  await remove(api, metadata);
  const templateid = await template(api, metadata, keys);
  await api.create("action", {
    name: metadata,
    eventsource: AUTOREGISTRATION,
    status: 0,
    filter: { evaltype: 0, conditions: [{ conditiontype: METADATA, operator: CONTAINS, value: metadata }] },
    operations: [{ operationtype: ADD_HOST }, { operationtype: LINK_TEMPLATE, optemplate: [{ templateid }] }],
  });
  return () => remove(api, metadata);
}

async function template(api: Api, name: string, keys: readonly string[]): Promise<string> {
  const kind = "templategroup.get";
  const groups = await api.rows(kind, { filter: { name: GROUP } }).catch(() => undefined); // new in 6.2
  const group = groups === undefined ? "hostgroup" : "templategroup";
  const known = groups?.[0]?.["groupid"] ?? (await hostGroup(api, group));
  const templateid = await api.create("template", { host: name, groups: [{ groupid: known }] });
  for (const key of keys) {
    const item = { key_: key, name: key, type: ACTIVE, delay: "1s", value_type: UNSIGNED };
    await api.create("item", { hostid: templateid, ...item });
  }
  return templateid;
}

async function hostGroup(api: Api, kind: string): Promise<string> {
  const [row] = await api.rows(`${kind}.get`, { filter: { name: GROUP } });
  return row?.["groupid"] ?? found(await api.create(kind, { name: GROUP }), `no ${kind}`);
}

async function remove(api: Api, name: string): Promise<void> {
  const actions = await api.rows("action.get", { filter: { name }, output: ["actionid"] });
  if (actions.length > 0)
    await api.call(
      "action.delete",
      actions.map(({ actionid }) => actionid),
    );
  const templateid = await api.idOf("template", name);
  if (templateid !== undefined) await api.call("template.delete", [templateid]);
}
