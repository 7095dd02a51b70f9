import { beforeAll, describe, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { waitFor } from "../real/wait.ts";
import { Api, found } from "./api.ts";
import { type Server, withEachServer } from "./lab.ts";
import type { PolledHost } from "./polled-host.ts";
import { createLinked } from "./template-host.ts";
import { changes, importTemplate, install, quickened, type TemplateFile, templateFiles } from "./templates.ts";

/* Real servers take the templates, and an administrator may import them again and again. */

const HOST = address(import.meta.url);
const MEMCACHED = "tidemark_memcached.yaml";
const UPTIME = 'memcached.uptime["cache"]';

let bench: Bench;

beforeAll(async () => {
  const at = { host: HOST, port: await freePort(HOST) };
  await startMemcached(at);
  bench = await Bench.at(HOST);
  bench.configure([`Memcached.cache.Uri=tcp://${at.host}:${at.port}`]);
  await bench.start();
});

withEachServer((server) => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.login(server);
  });

  describe.each(templateFiles(server.version))("$file", (template) => {
    test("is taken, and taking it again changes nothing", async () => {
      await install(api, server, template);
      const before = await exported(api, template);
      expect(await changes(api, server, template)).toEqual([]);
      await importTemplate(api, server, template);
      expect(await exported(api, template)).toEqual(before);
    }, 120_000);
  });

  test("the next version, imported over this one, keeps items and their history", async () => {
    const old = apart("next", fileOf(server));
    const yaml = old.yaml
      .replaceAll("Minimum TTL", "Smallest TTL")
      .replaceAll(/^( +)history: 31d$/gm, "$1history: 62d")
      .replaceAll("Memcached hangs", "Memcached does not answer");
    await keepsEverything(old, { ...old, yaml });
  }, 180_000);

  test.runIf(server.version === "7.0")(
    "the file for 7.0, imported over that for 6.0, keeps items and their history",
    async () => {
      const present = apart("upgrade", fileOf(server));
      await keepsEverything(apart("upgrade", fileOf({ version: "6.0" })), present);
    },
    180_000,
  );

  /** A host has values of the old one, and goes on with them when the new one is there. */
  async function keepsEverything(old: TemplateFile, next: TemplateFile): Promise<void> {
    await importTemplate(api, server, old);
    const name = `tidemark import ${old.file}`;
    const host = await createLinked(server, { name, at: bench, templates: [old.title] });
    await waitFor(async () => (await clocks(host)).length > 3, { what: "values", seconds: 90 });
    const ids = await idsOf(host);
    const values = await clocks(host);
    expect(await changes(api, server, next)).not.toEqual([]);
    await importTemplate(api, server, next);
    expect(await changes(api, server, next)).toEqual([]);
    const more = async () => (await clocks(host)).length > values.length + 3;
    await waitFor(more, { what: "more values", seconds: 90 });
    expect(await idsOf(host)).toEqual(ids);
    expect((await clocks(host)).slice(0, values.length)).toEqual(values);
    await host.remove();
    await api.call("template.delete", [await api.idOf("template", old.title)]);
  }
});

function fileOf({ version }: Pick<Server, "version">): TemplateFile {
  return found(
    templateFiles(version).find(({ file }) => file === MEMCACHED),
    `no ${MEMCACHED}`,
  );
}

/** A quick copy that no other test uses. */
function apart(mark: string, template: TemplateFile): TemplateFile {
  return { ...quickened(template, mark), file: mark };
}

async function clocks(host: PolledHost): Promise<readonly number[]> {
  return (await host.items()).has(UPTIME) ? (await host.history(UPTIME)).map(({ clock }) => clock) : [];
}

async function idsOf({ api, id }: PolledHost): Promise<ReadonlyMap<string, string>> {
  const rows = await api.rows("item.get", { hostids: id, output: ["key_", "itemid"], sortfield: "key_" });
  return new Map(rows.map((row) => [row["key_"] ?? "", row["itemid"] ?? ""]));
}

/** The server's own export, without the time that it was made at. */
async function exported(api: Api, { title }: TemplateFile): Promise<unknown> {
  const options = { templates: [await api.idOf("template", title)] };
  const text = (await api.call("configuration.export", { format: "json", options })) as string;
  const { zabbix_export: whole } = JSON.parse(text) as { readonly zabbix_export: Readonly<Record<string, unknown>> };
  return { ...whole, date: undefined };
}
