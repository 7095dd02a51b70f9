import { lab, labDirectory, type Server } from "./lab.ts";

const ITEMS = "itemid in (select itemid from items where hostid in (HOSTS))";
const TRIGGERS = `triggerid in (select triggerid from functions where ${ITEMS})`;
const GRAPHS = `graphid in (select graphid from graphs_items where ${ITEMS})`;
const HOSTS = "hostid in (HOSTS)";

/** Of these tables a host needs rows to be polled and to discover; by what they belong to. */
const TABLES: readonly (readonly [belongs: string, tables: readonly string[]])[] = [
  [HOSTS, ["hosts", "host_rtdata", "interface", "hosts_templates", "hostmacro", "valuemap", "items"]],
  ["valuemapid in (select valuemapid from valuemap where hostid in (HOSTS))", ["valuemap_mapping"]],
  [ITEMS, ["item_rtdata", "item_rtname", "item_preproc", "item_tag", "item_discovery", "item_condition", "functions"]],
  [TRIGGERS, ["triggers", "trigger_tag"]],
  ["triggerid_down in (select triggerid from functions where ITEMS)".replace("ITEMS", ITEMS), ["trigger_depends"]],
  [GRAPHS, ["graphs", "graphs_items"]],
];

/**
 * A host with its templates as the API has made them, as SQL for another database of the same version, with the same ids.
 * There is no other way to have it on a server without a frontend.
 */
export function rowsOfHost(server: Server, hostid: string): readonly string[] {
  const hosts = `select ${hostid} union select templateid from hosts_templates where hostid=${hostid}`;
  const copies = TABLES.flatMap(([belongs, tables]) =>
    tables.flatMap((table) => copyOf(server, table, belongs.replaceAll("HOSTS", hosts))),
  );
  return ["set session_replication_role = replica", ...copies]; // in any order, whatever refers to what
}

/** A table that this version does not have gives nothing. */
function copyOf({ version }: Server, table: string, where: string): readonly string[] {
  const ask = (query: string) => lab(labDirectory() ?? "", "psql", version, "-At", "-c", query).trimEnd();
  if (ask(`select to_regclass('${table}')`) === "") return [];
  const rows = ask(`select coalesce(json_agg(t), '[]') from ${table} t where ${where}`);
  return [`insert into ${table} select * from json_populate_recordset(null::${table}, $rows$${rows}$rows$)`];
}
