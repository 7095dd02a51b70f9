import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Api, type Row } from "./api.ts";
import { Frontend } from "./frontend.ts";
import type { Server } from "./lab.ts";

const PERIOD = "30m";

/** Every page of every dashboard of a host, and its latest data: `7.0-memcached.png`, `7.0-services-2.png`. */
export async function takePictures(server: Server, hostid: string, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const frontend = await Frontend.open(server);
  const at = (name: string) => join(directory, `${server.version}-${name}.png`);
  for (const { dashboardid = "", name = "" } of await dashboardsOf(await Api.login(server), hostid)) {
    const pages = await frontend.dashboard(hostid, dashboardid, PERIOD);
    const file = name.toLowerCase().replaceAll(" ", "-");
    await frontend.shoot(at(file));
    for (let page = 1; page < pages.length; page++) {
      await frontend.page(page);
      await frontend.shoot(at(`${file}-${page + 1}`));
    }
  }
  await frontend.latestData(hostid);
  await frontend.shoot(at("latest-data"));
}

async function dashboardsOf(api: Api, hostid: string): Promise<readonly Row[]> {
  const templates = await api.rows("template.get", { hostids: hostid, output: ["templateid"] });
  const templateids = templates.map(({ templateid }) => templateid);
  return api.rows("templatedashboard.get", { templateids, output: ["dashboardid", "name"] });
}
