import { stringify } from "yaml";
import { TEMPLATE_NAMES, type TemplateName, type TemplateParts } from "../../items/template.ts";
import type { Edition, Flavour, ServerVersion } from "./edition.ts";
import { templateFile, templateTitle } from "./edition.ts";
import { type Described, renderTemplatePage } from "./page.ts";
import { exportTree } from "./template.ts";

const SERVERS: readonly ServerVersion[] = ["6.0", "7.0"];
const FLAVOURS: readonly Flavour[] = ["passive", "active"];

const DOCS: Readonly<Record<TemplateName, string>> = {
  memcached: "Memcached instances that tidemark watches: state, hit ratio, how long items live, memory, connections.",
  services:
    "Services under daemontools, runit, s6 and systemd, and the directories that multilog, svlogd and s6-log write.",
  "log queues": "The queues, actions, inputs and spool of rsyslog.",
  neighbours: "gearmand, qmail, keepalived, lighttpd, and the pressure on the machine.",
  self: "tidemark itself: whether it lives, keeps its schedule and gets its values to the server.",
};

/** The templates for each server version, passive and active, and their page, by their path in the project. */
export function templateFiles(parts: readonly TemplateParts[], version: string): ReadonlyMap<string, string> {
  const templates = describe(parts);
  const editions = SERVERS.flatMap((server) => FLAVOURS.map((flavour) => ({ server, flavour })));
  const files = editions.flatMap((edition) => templates.map((one) => file(one, edition, version)));
  return new Map([...files, ["templates/README.md", renderTemplatePage(templates)]]);
}

interface Template extends Described {
  readonly word: TemplateName;
}

/** Those that some source has parts for. */
function describe(parts: readonly TemplateParts[]): readonly Template[] {
  const words = Object.keys(TEMPLATE_NAMES) as TemplateName[];
  return words.flatMap((word) => {
    const own = parts.filter(({ template }) => template === word);
    return own.length === 0 ? [] : [{ word, name: TEMPLATE_NAMES[word], doc: DOCS[word], parts: own }];
  });
}

function file({ word, name, doc, parts }: Template, edition: Edition, version: string): [string, string] {
  const title = templateTitle(name, edition.flavour);
  const tree = exportTree({ title, doc, word, parts, version }, edition);
  return [`templates/${edition.server}/${templateFile(name, edition.flavour)}`, yaml(tree)];
}

/** Texts that YAML 1.1 readers take for something else ("y", "1m", "0") are quoted by the library. */
function yaml(tree: unknown): string {
  return stringify(tree, { version: "1.1", lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
}
