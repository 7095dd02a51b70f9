import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { address } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { pause } from "../real/wait.ts";
import { Api } from "./api.ts";
import { findServer, type Server, VERSIONS } from "./lab.ts";
import { takePictures } from "./pictures.ts";
import type { PolledHost } from "./polled-host.ts";
import { Scene } from "./scene.ts";
import { createLinked } from "./template-host.ts";
import { copied, deleteTemplate, importTemplate, type TemplateFile, templateFiles } from "./templates.ts";

/*
 * Makes the pictures of docs/dashboards.md anew, in the directory that TIDEMARK_SCREENSHOTS names; needs chromium and
 * pngquant. A machine is well for a while; what then fails shows what the dashboards are for.
 */

const HOST = address(import.meta.url);
const DIRECTORY = process.env["TIDEMARK_SCREENSHOTS"] ?? "";
const SHOWN = "web1";
const MINUTE = 60_000;
const WELL = 26 * MINUTE;
const ILL = 4 * MINUTE;
const MOST_BYTES = 100_000;
const MOST_BYTES_OF_ALL = 1_200_000;

const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
const hosts: { readonly server: Server; readonly host: PolledHost }[] = [];

afterAll(async () => {
  for (const { server, host } of hosts) {
    await host.remove();
    for (const template of templates(server)) await deleteTemplate(host.api, template);
  }
}, 180_000);

/** Asked more often than as they are, so that half an hour has as many points as people see of three hours. */
function templates({ version }: Server): readonly TemplateFile[] {
  const passive = templateFiles(version).filter(({ title }) => title.endsWith("agent"));
  return passive.map((template) => copied(template, "pictures", "10s"));
}

test.skipIf(DIRECTORY === "" || servers.length === 0)(
  "pictures of all dashboards",
  async () => {
    const scene = await Scene.start(HOST);
    const bench = await Bench.at(HOST);
    bench.configure(["Schedule=*/10 * * * * *", "History=1h", ...scene.directives]);
    await bench.start();
    for (const server of servers) hosts.push({ server, host: await watched(server, bench) });
    await scene.stir();
    await pause(WELL);
    await scene.spoil();
    await pause(ILL);
    for (const { server, host } of hosts) await takePictures(server, host.id, DIRECTORY);
    const sizes = readdirSync(DIRECTORY).map((name) => statSync(join(DIRECTORY, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(MOST_BYTES);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES_OF_ALL);
  },
  WELL + ILL + 30 * MINUTE,
);

async function watched(server: Server, at: Bench): Promise<PolledHost> {
  const api = await Api.login(server);
  for (const template of templates(server)) await importTemplate(api, server, template);
  const titles = templates(server).map(({ title }) => title);
  const host = await createLinked(server, { name: "tidemark pictures", at, templates: titles });
  await api.call("host.update", { hostid: host.id, name: SHOWN });
  return host;
}
