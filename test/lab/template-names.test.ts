import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER } from "../real/supervise-sampling.ts";
import { waitFor } from "../real/wait.ts";
import { Api, found } from "./api.ts";
import { withEachServer } from "./lab.ts";
import type { PolledHost } from "./polled-host.ts";
import { createLinked } from "./template-host.ts";
import { copied, deleteTemplate, importTemplate, type TemplateFile, templateFiles } from "./templates.ts";

/* Names that a server, or a key, could stumble over, on a host whose own name has spaces; targets that go and come back. */

const HOST = address(import.meta.url);
const ELSEWHERE = HOST.replace(/\d+$/, (last) => String((Number(last) % 254) + 1));
const SERVICES = [
  'quo"te',
  "com,ma",
  "back\\slash",
  "bläh 日本",
  "spa ce",
  "br[ack]et",
  "{#MACRO}",
  "$HOME",
  "Web",
  "web",
];
const FILES = ["tidemark_memcached.yaml", "tidemark_services.yaml"];
const KNOWN = { what: "all items", seconds: 150 };

const scan = temporaryDirectory();
const away = temporaryDirectory();
const states = new Map<string, string>();
let bench: Bench;

/** Key of a service's state, by the name that tidemark tells of it. */
function stateOf(service: string): string {
  return found(states.get(service), `"${service}" was not discovered`);
}

beforeAll(async () => {
  const port = await freePort(HOST);
  await startMemcached({ host: HOST, port });
  await startMemcached({ host: ELSEWHERE, port });
  for (const name of SERVICES) makeService(join(scan, name), SLEEPER);
  mkdirSync(away, { recursive: true });
  bench = await Bench.at(HOST);
  const instances = [`Memcached.here.Uri=tcp://${HOST}:${port}`, `Memcached.there.Uri=tcp://${ELSEWHERE}:${port}`];
  bench.configure([...instances, `Supervise.Directories=${scan}`]);
  await bench.start();
  const rows: readonly Readonly<Record<string, string>>[] = JSON.parse(await bench.get("supervise.discovery"));
  for (const row of rows) states.set(row["{#NAME}"] ?? "", `supervise.state["${row["{#SERVICE}"]}"]`);
  expect([...states.keys()].toSorted()).toEqual(SERVICES.map(shown).toSorted());
  expect(new Set(states.values()).size).toBe(SERVICES.length);
});

/** A backslash is doubled, since unprintable bytes are told with one. */
function shown(name: string): string {
  return name.replaceAll("\\", "\\\\");
}

withEachServer((server) => {
  const templates: readonly TemplateFile[] = templateFiles(server.version)
    .filter(({ file }) => FILES.includes(file))
    .map((template) => copied(template, "names", "2s"));
  let host: PolledHost;

  beforeAll(async () => {
    const api = await Api.login(server);
    for (const template of templates) await importTemplate(api, server, template);
    const titles = templates.map(({ title }) => title);
    host = await createLinked(server, { name: "tidemark names  with spaces", at: bench, templates: titles });
  }, 120_000);

  afterAll(async () => {
    await host.remove();
    for (const template of templates) await deleteTemplate(host.api, template);
  }, 60_000);

  test("each service has a state, each instance its own, and nothing is not supported", async () => {
    const keys = [...states.values(), 'memcached.uptime["here"]', 'memcached.uptime["there"]'];
    await waitFor(async () => {
      const items = await host.items();
      const missing = keys.filter((key) => items.get(key)?.value === undefined);
      return missing.length === 0 || Promise.reject(new Error(missing.join(" ")));
    }, KNOWN);
    const items = [...(await host.items())];
    expect(items.filter(([, { supported }]) => !supported)).toEqual([]);
    const rules = await host.api.rows("discoveryrule.get", { hostids: host.id, output: ["name", "error"] });
    expect(rules.filter(({ error }) => error !== "")).toEqual([]);
  }, 200_000);

  test("a service that is gone and comes back goes on with its item and history", async () => {
    const key = stateOf("spa ce");
    const id = (await host.row(key))["itemid"];
    const before = (await host.history(key)).length;
    renameSync(join(scan, "spa ce"), join(away, "spa ce"));
    await waitFor(async () => (await bench.ask(key)).error !== undefined, {
      what: "the end of the service",
      seconds: 30,
    });
    renameSync(join(away, "spa ce"), join(scan, "spa ce"));
    await waitFor(async () => (await bench.ask(key)).value !== undefined, { what: "the service", seconds: 30 });
    const goesOn = async () => (await host.now(key)).supported && (await host.history(key)).length > before + 2;
    await waitFor(goesOn, { what: "more history", seconds: 90 });
    expect((await host.row(key))["itemid"]).toBe(id);
  }, 200_000);
});
