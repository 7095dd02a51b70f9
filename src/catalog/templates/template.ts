import {
  DASHBOARD_NAMES,
  type Figure,
  type Graph,
  type Group,
  type Macro,
  TARGET_TAGS,
  type TemplateName,
  type TemplateParts,
  type Trigger,
} from "../../items/template.ts";
import { dashboardNode } from "./dashboards.ts";
import type { Edition } from "./edition.ts";
import { graphNode } from "./graphs.ts";
import { figureNode, masterNode, type Node, onceChanged, unlessUnsaid, valueMapName } from "./items.ts";
import { keyText, lldMacro, masterKey } from "./keys.ts";
import { figureCount, triggerNode } from "./triggers.ts";
import { uuidOf } from "./uuid.ts";

/** The group that all official templates of programs are in; its uuid is the same on every server. */
const GROUP = { uuid: "a571c0d144b14fd4a87a9d9b2aa9fcd6", name: "Templates/Applications" };
/** 6.0 wants a date; it says nothing about the contents. */
const DATE = "2026-01-01T00:00:00Z";

/** What one YAML is made from: the parts of all sources that meet in this template. */
export interface TemplateText {
  /** Technical and visible name. */
  readonly title: string;
  readonly doc: string;
  readonly word: TemplateName;
  readonly parts: readonly TemplateParts[];
  /** The product's version. */
  readonly version: string;
}

/** The export's tree for a server's import; see the import/export chapters of its manual. */
export function exportTree(text: TemplateText, edition: Edition): Node {
  const { template, triggers, graphs } = templateNodes(text, edition);
  return {
    zabbix_export: {
      version: edition.server,
      ...(edition.server === "6.0" ? { date: DATE, groups: [GROUP] } : { template_groups: [GROUP] }),
      templates: [template],
      triggers: nonEmpty(triggers),
      graphs: nonEmpty(graphs),
    },
  };
}

function templateNodes(text: TemplateText, edition: Edition) {
  const { title, parts } = text;
  const groups = parts.flatMap((part) => part.groups);
  const finder = new Finder(groups);
  const plain = groups.filter(({ discovery }) => discovery === undefined);
  const found = groups.filter(({ discovery }) => discovery !== undefined);
  const shared = found.filter(({ master }) => master.once === true);
  const pages = parts.flatMap((part) => part.pages);
  const dashboard = { name: DASHBOARD_NAMES[text.word], pages, groups: finder, template: title };
  const template: Node = {
    uuid: uuidOf("template", title),
    template: title,
    name: title,
    description: text.doc,
    ...(edition.server === "6.0" ? {} : { vendor: { name: "tidemark", version: `7.0-${text.version}` } }),
    groups: [{ name: GROUP.name }],
    items: nonEmpty([
      ...uniqueMasters([...plain, ...shared], title, edition),
      ...plain.flatMap((group) => figureNodes(group, text, edition, finder)),
    ]),
    discovery_rules: nonEmpty(found.map((group) => ruleNode(group, text, edition, finder))),
    tags: [
      { tag: "class", value: "application" },
      { tag: "target", value: TARGET_TAGS[text.word] },
    ],
    macros: nonEmpty(macroNodes(parts)),
    dashboards: pages.length === 0 ? undefined : [dashboardNode(dashboard, edition)],
    valuemaps: nonEmpty(valueMaps(groups, title)),
  };
  const triggers = plain.flatMap((group) => ownTriggers(group, many, title, finder));
  return {
    template,
    triggers,
    graphs: plain.flatMap((group) => group.graphs.map((graph) => graphNode(graph, group, title))),
  };
}

function uniqueMasters(groups: readonly Group[], title: string, edition: Edition): readonly Node[] {
  const byKey = new Map(groups.map((group) => [masterKey(group), group]));
  return [...byKey.values()].map((group) => masterNode(group, title, edition));
}

/** Figures with the triggers that rest on them alone. */
function figureNodes(group: Group, { title }: TemplateText, edition: Edition, finder: Finder): readonly Node[] {
  const word = group.discovery === undefined ? "triggers" : "trigger_prototypes";
  return group.figures.map((figure) => {
    const triggers = ownTriggers(
      group,
      (trigger) => figureCount(trigger) === 1 && rests(trigger, figure),
      title,
      finder,
    );
    return { ...figureNode(group, figure, title, edition), [word]: nonEmpty(triggers) };
  });
}

/**
 * How often a rule is sent where nobody asks. Agent 2 6.0 sends something new within its interval, not at once: after ten
 * minutes nobody would wait for it any more. It costs the server no poll, and what has not changed is not looked at.
 */
const SENT_RULES = "2m";

function ruleNode(group: Group, text: TemplateText, edition: Edition, finder: Finder): Node {
  const { title } = text;
  const { discovery } = group;
  if (discovery === undefined) throw new Error("a group without a discovery has no rule");
  const key = keyText(discovery.item, group.discoveryParams ?? []);
  const masters = group.master.once === true ? [] : [masterNode(group, title, edition)];
  return {
    uuid: uuidOf("rule", title, key),
    name: discovery.item.name,
    ...(edition.flavour === "active" ? { type: "ZABBIX_ACTIVE" } : {}),
    key,
    delay: unlessUnsaid(edition.flavour === "active" ? SENT_RULES : discovery.item.delay),
    filter: filterNode(group), // the order of the server's own export, in which an import looks for changes
    ...lifetime(edition),
    description: discovery.item.doc,
    item_prototypes: [...masters, ...figureNodes(group, text, edition, finder)],
    trigger_prototypes: nonEmpty(ownTriggers(group, many, title, finder)),
    graph_prototypes: nonEmpty(group.graphs.map((graph) => graphNode(graph, group, title))),
    ...(edition.flavour === "active" ? { preprocessing: [onceChanged(discovery.item.delay)] } : {}),
  };
}

/**
 * tidemark itself keeps what it once found in the list, so what leaves the list was taken away for good. Its items are
 * disabled after a day and deleted after a week, which 7.0 does unsaid; 6.0 can only delete.
 */
function lifetime({ server }: Edition): { readonly [name: string]: Node } {
  return server === "6.0" ? { lifetime: "7d" } : { enabled_lifetime_type: "DISABLE_AFTER", enabled_lifetime: "1d" };
}

const LETTERS = "ABCDEFGHIJ";

function filterNode({ filters }: Group): Node | undefined {
  const byMacro = Object.entries(filters).toSorted(([one], [other]) => (one < other ? -1 : 1)); // as servers do
  const conditions = byMacro.flatMap(([macro, prefix]) => [
    { macro: lldMacro(macro), value: `{$${prefix}.MATCHES}` },
    { macro: lldMacro(macro), value: `{$${prefix}.NOT_MATCHES}`, operator: "NOT_MATCHES_REGEX" },
  ]);
  if (conditions.length === 0) return undefined;
  return {
    evaltype: "AND",
    conditions: conditions.map((condition, index) => ({ ...condition, formulaid: LETTERS[index] })),
  };
}

/** Those that the parts declare, and those of the filters. */
export function macrosOf(parts: readonly TemplateParts[]): readonly Macro[] {
  const filters = parts.flatMap(({ groups }) => groups.flatMap((group) => Object.entries(group.filters)));
  const own = parts.flatMap(({ macros }) => macros);
  const made = filters.flatMap(([macro, prefix]) => [
    { macro: `${prefix}.MATCHES`, value: ".*", doc: `Only targets whose {#${macro}} matches this regular expression.` },
    {
      macro: `${prefix}.NOT_MATCHES`,
      value: "CHANGE_IF_NEEDED",
      doc: `No targets whose {#${macro}} matches this regular expression.`,
    },
  ]);
  return [...new Map([...own, ...made].map((one) => [one.macro, one])).values()];
}

function macroNodes(parts: readonly TemplateParts[]): readonly Node[] {
  const sorted = macrosOf(parts).toSorted((one, other) => (one.macro < other.macro ? -1 : 1));
  return sorted.map(({ macro, value, doc }) => ({ macro: `{$${macro}}`, value, description: doc }));
}

function valueMaps(groups: readonly Group[], title: string): readonly Node[] {
  const figures = groups.flatMap((group) => group.figures).filter(({ states }) => states !== undefined);
  const byName = new Map(figures.map((figure) => [valueMapName(figure.item.name, figure.item.key), figure]));
  return [...byName].map(([name, { states }]) => ({
    uuid: uuidOf("valuemap", title, name),
    name,
    mappings: (states?.words ?? []).map((word, number) => ({ value: String(number), newvalue: word })),
  }));
}

function ownTriggers(
  group: Group,
  which: (trigger: Trigger) => boolean,
  title: string,
  finder: Finder,
): readonly Node[] {
  const place = { template: title, group, groupOf: (figure: Figure) => finder.ofFigure(figure) };
  return group.triggers.filter(which).map((trigger) => triggerNode(trigger, place));
}

function many(trigger: Trigger): boolean {
  return figureCount(trigger) > 1;
}

function rests({ expression }: Trigger, figure: Figure): boolean {
  return expression.pieces.includes(figure);
}

/** Looks up where a figure or graph was declared; one that is in no group is a mistake of the declaration. */
class Finder {
  readonly #groups: readonly Group[];

  constructor(groups: readonly Group[]) {
    this.#groups = groups;
  }

  ofFigure(figure: Figure): Group {
    const group = this.#groups.find(({ figures }) => figures.includes(figure));
    if (group === undefined) throw new Error(`the figure "${figure.name}" is in no group`);
    return group;
  }

  ofGraph(graph: Graph): Group {
    const group = this.#groups.find(({ graphs }) => graphs.includes(graph));
    if (group === undefined) throw new Error(`the graph "${graph.name}" is in no group`);
    return group;
  }
}

function nonEmpty(nodes: readonly Node[]): readonly Node[] | undefined {
  return nodes.length === 0 ? undefined : nodes;
}
