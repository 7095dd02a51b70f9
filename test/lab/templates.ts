import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { waitFor } from "../real/wait.ts";
import type { Api } from "./api.ts";
import type { Server, Version } from "./lab.ts";

const DIRECTORY = fileURLToPath(new URL("../../templates", import.meta.url));

/** A template as the project ships it. */
export interface TemplateFile {
  /** "tidemark_memcached.yaml" */
  readonly file: string;
  /** "Tidemark memcached by Zabbix agent" */
  readonly title: string;
  readonly yaml: string;
}

/** All files for a server version. */
export function templateFiles(version: Version): readonly TemplateFile[] {
  const directory = join(DIRECTORY, version);
  return readdirSync(directory).map((file) => templateOf(file, readFileSync(join(directory, file), "utf8")));
}

function templateOf(file: string, yaml: string): TemplateFile {
  const title = /^ {6}template: (.*)$/m.exec(yaml)?.[1];
  if (title === undefined) throw new Error(`"${file}" names no template`);
  return { file, title, yaml };
}

/** Zabbix's own template, which every server has. */
export const OFFICIAL = "Memcached by Zabbix agent 2";

/** Imports the file as an administrator does, whatever is there already. */
export async function importTemplate(api: Api, { version }: Server, { yaml }: TemplateFile): Promise<void> {
  await api.call("configuration.import", { format: "yaml", source: yaml, rules: rules(version) });
}

/** What an import of the file would change; nothing: an empty list. */
export async function changes(api: Api, { version }: Server, { yaml }: TemplateFile): Promise<readonly unknown[]> {
  const question = { format: "yaml", source: yaml, rules: rules(version) };
  const found = (await api.call("configuration.importcompare", question)) as object;
  return Array.isArray(found) ? found : [found];
}

/** Sees to it that the server has the template just as the file says; two test files may do so at the same time. */
export async function install(api: Api, server: Server, template: TemplateFile): Promise<void> {
  const same = async () => {
    if ((await changes(api, server, template)).length > 0) await importTemplate(api, server, template);
    return true;
  };
  await waitFor(same, { what: `the import of ${template.file}`, seconds: 60 });
}

/** What is not in the file is deleted, as the frontend's "Delete missing" does. */
function rules(version: Version) {
  const all = { createMissing: true, updateExisting: true, deleteMissing: true };
  const kept = { createMissing: true, updateExisting: true };
  return {
    ...(version === "6.0" ? { groups: kept } : { template_groups: kept }),
    templates: kept,
    ...{ items: all, triggers: all, graphs: all, discoveryRules: all, valueMaps: all, templateDashboards: all },
  };
}

/** How fast a template's copy goes. */
interface Quickness {
  /** How often the server asks; not more often than there is a sample, or `#2` means less than two of them. */
  readonly delay: string;
  /** What every longer span becomes. */
  readonly span: string;
}
const EACH_SECOND: Quickness = { delay: "1s", span: "20s" };
const UUID = /\b(?!a571c0d144b14fd4a87a9d9b2aa9fcd6)[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\b/g;

/**
 * The template under another title, with uuids of its own: whatever is done to it, the shipped one stays as it is.
 * @param mark what its title ends with: other tests may have other copies
 * @param delay of all that is asked for, instead of what the template says
 */
export function copied({ file, title, yaml }: TemplateFile, mark: string, delay?: string): TemplateFile {
  const text = yaml
    .replaceAll(title, `${title} ${mark}`)
    .replaceAll(UUID, (uuid) => withUuid(createHash("sha256").update(`${mark} ${uuid}`).digest("hex")));
  const asked = delay === undefined ? text : stringify(askedEach(parse(text, YAML), delay), YAML);
  return { file, title: `${title} ${mark}`, yaml: asked };
}

/**
 * A copy on another scale of time: it checks every second (or `delay`), each window is one minute, and each span of
 * a trigger is 20 seconds (or `span`). Everything else is as it is, so that a test of minutes shows what hours do.
 */
export function quickened(template: TemplateFile, mark = "quickly", { delay, span } = EACH_SECOND): TemplateFile {
  const { yaml, ...copy } = copied(template, mark, delay);
  const text = yaml
    .replaceAll(/\['(5|15|60)m'\]/g, "['1m']")
    .replaceAll(/,(5m|10m|15m|20m|30m|3h)(?=[,)])/g, `,${span}`)
    .replaceAll(/(<|>=)600\b/g, "$120")
    .replaceAll(/<(5|15)m\b/g, "<1m");
  return { ...copy, yaml: text };
}

/** Takes a copy off the server, once no host has it any more. */
export async function deleteTemplate(api: Api, { title }: TemplateFile): Promise<void> {
  const id = await api.idOf("template", title);
  if (id !== undefined) await api.call("template.delete", [id]);
}

const YAML = { version: "1.1" } as const;

/** Everything that is asked for, items and discovery rules, has this delay. */
function askedEach(tree: unknown, delay: string): unknown {
  if (Array.isArray(tree)) return tree.map((one) => askedEach(one, delay));
  if (typeof tree !== "object" || tree === null) return tree;
  const node = Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, askedEach(value, delay)]));
  const isAsked = "uuid" in node && "key" in node && node["type"] !== "DEPENDENT";
  return isAsked ? { ...node, delay } : node;
}

function withUuid(digest: string): string {
  return `${digest.slice(0, 12)}4${digest.slice(13, 16)}8${digest.slice(17, 32)}`;
}
