import { stringify } from "yaml";
import { TEMPLATE_NAMES, type TemplateName, type TemplateParts } from "../../items/template.ts";
import type { Flavour, ServerVersion } from "./edition.ts";
import { templateFile, templateTitle } from "./edition.ts";
import { exportTree, type TemplateText } from "./template.ts";

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

/** The templates by their path in the project: for each server version, passive and active. */
export function templateFiles(parts: readonly TemplateParts[], version: string): ReadonlyMap<string, string> {
  return new Map(
    SERVERS.flatMap((server) =>
      templates(parts, version).flatMap(([name, textOf]) =>
        FLAVOURS.map((flavour): [string, string] => [
          `templates/${server}/${templateFile(name, flavour)}`,
          yaml(exportTree(textOf(flavour), { flavour, server })),
        ]),
      ),
    ),
  );
}

type TextOf = (flavour: Flavour) => TemplateText;

/** Those that some source has parts for. */
function templates(parts: readonly TemplateParts[], version: string): readonly (readonly [string, TextOf])[] {
  const names = Object.keys(TEMPLATE_NAMES) as TemplateName[];
  return names.flatMap((word) => {
    const own = parts.filter(({ template }) => template === word);
    const name = TEMPLATE_NAMES[word];
    const textOf = (flavour: Flavour) => ({
      title: templateTitle(name, flavour),
      doc: DOCS[word],
      target: word === "self" ? "tidemark" : word,
      parts: own,
      version,
    });
    return own.length === 0 ? [] : [[name, textOf] as const];
  });
}

/** Texts that YAML 1.1 readers take for something else ("y", "1m", "0") are quoted by the library. */
function yaml(tree: unknown): string {
  return stringify(tree, { version: "1.1", lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
}
