import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { templateFiles } from "../../../src/catalog/templates/files.ts";
import { uuidOf } from "../../../src/catalog/templates/uuid.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import { parseKey } from "../../../src/zabbix/key.ts";
import { fullRegistry, TARGET } from "./full-registry.ts";

const PARTS = SOURCES.flatMap(({ template }) => template ?? []);
const FILES = templateFiles(PARTS, "1.2.3");
const STANDARD = [...fullRegistry(SOURCES.flatMap(({ items }) => items)).calls()].map(({ key }) => key);
const YAML = [...FILES].filter(([path]) => path.endsWith(".yaml"));
const TREES = new Map(YAML.map(([path, text]) => [path, parse(text, { version: "1.1" })]));

/** Every object of an export, from the outside in. */
function* nodes(tree: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(tree)) for (const one of tree) yield* nodes(one);
  else if (typeof tree === "object" && tree !== null) {
    yield tree as Record<string, unknown>;
    yield* nodes(Object.values(tree));
  }
}

/** Values of all fields of this name. */
function all(tree: unknown, name: string): readonly unknown[] {
  return [...nodes(tree)].flatMap((node) => (name in node ? [node[name]] : []));
}

describe.each([...TREES])("%s", (path, tree) => {
  test("says its version", () => {
    expect(tree.zabbix_export.version).toBe(path.split("/")[1]);
  });

  test("has uuids of RFC 4122, each once", () => {
    const uuids = all(tree, "uuid");
    expect(uuids.length).toBeGreaterThan(10);
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  test("has keys that parse, with every parameter in quotes", () => {
    for (const key of all(tree, "key").map(String)) {
      const parsed = parseKey(key);
      expect(parsed.kind, key).toBe("ok");
      if (parsed.kind === "ok" && parsed.value.params.length > 0) expect(key).toMatch(/^[\w.-]+\[("[^"]*",?)+\]$/);
    }
  });

  test("has each item once, and a master for each dependent one", () => {
    const items = [...nodes(tree)].filter((node) => "key" in node && "uuid" in node && "history" in node);
    const keys = items.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { master_item: master, type, key } of items) {
      if (type === "DEPENDENT") expect(keys, String(key)).toContain((master as { key: string }).key);
    }
  });

  test("names triggers and graphs once", () => {
    for (const kind of ["expression", "graph_items"]) {
      const names = [...nodes(tree)].filter((node) => kind in node && "uuid" in node).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("declares each user macro that it uses, and uses each that it declares", () => {
    const [template] = tree.zabbix_export.templates;
    const declared = new Set((template.macros ?? []).map(({ macro }: { macro: string }) => macro));
    const rest = JSON.stringify({ ...tree.zabbix_export, templates: [{ ...template, macros: [] }] });
    expect(new Set([...rest.matchAll(/\{\$([A-Z_.]+)/g)].map(([, name]) => `{$${name}}`))).toEqual(declared);
  });

  test("asks for standard calls only, so that UserParameters have them", () => {
    const macros: readonly { macro: string; value: string }[] = tree.zabbix_export.templates[0].macros ?? [];
    const asked = [...nodes(tree)].filter((node) => "uuid" in node && "key" in node && node["type"] !== "DEPENDENT");
    expect(asked.length).toBeGreaterThan(0);
    for (const { key } of asked) {
      const filled = macros.reduce((text, { macro, value }) => text.replaceAll(macro, value), String(key));
      expect(STANDARD).toContain(filled.replace(/\{#[A-Z]+\}/, TARGET).replaceAll('"', ""));
    }
  });

  test("finds new targets within two minutes where agents send, and has the server look at changes only", () => {
    for (const rule of all(tree, "discovery_rules").flat() as readonly Readonly<Record<string, unknown>>[]) {
      const isSent = rule["type"] === "ZABBIX_ACTIVE";
      expect(isSent).toBe(path.endsWith("_active.yaml"));
      const once = [{ type: "DISCARD_UNCHANGED_HEARTBEAT", parameters: ["10m"] }];
      expect(rule).toMatchObject(isSent ? { delay: "2m", preprocessing: once } : { delay: "10m" });
    }
  });

  test("says of every trigger what to do", () => {
    const triggers = [...nodes(tree)].filter((node) => "expression" in node && "priority" in node);
    for (const { name, description } of triggers) expect(String(description).length, String(name)).toBeGreaterThan(20);
  });
});

test("both flavours and versions of each template are there, with the page", () => {
  const names = new Set(YAML.map(([path]) => path.split("/").slice(2).join("/")));
  expect(YAML.length).toBe(2 * names.size);
  expect(FILES.get("templates/README.md")).toContain("# Zabbix templates");
});

test("an entity keeps its uuid in both server versions, so that an upgrade keeps its history", () => {
  for (const [path, tree] of [...TREES].filter(([name]) => name.startsWith("templates/6.0/"))) {
    const uuids = all(tree, "uuid");
    const others = all(TREES.get(path.replace("6.0", "7.0")), "uuid");
    expect(uuids.filter((uuid) => !others.includes(uuid))).toEqual([]);
  }
});

test("no uuid of one template is in another", () => {
  const ofVersion = [...TREES].filter(([path]) => path.startsWith("templates/7.0/"));
  const uuids = ofVersion.flatMap(([, tree]) => all(tree.zabbix_export.templates, "uuid"));
  expect(new Set(uuids).size).toBe(uuids.length);
});

test("a uuid depends on every part of the name", () => {
  expect(uuidOf("item", "a", "b")).toBe(uuidOf("item", "a", "b"));
  expect(uuidOf("item", "a", "b")).not.toBe(uuidOf("item", "ab", ""));
});

describe.each(["", "_active"])("tidemark_*%s.yaml", (flavour) => {
  const found = new Map([
    ["memcached.get", 10],
    ["supervise.get", 40],
  ]);
  const trees = ["tidemark", "tidemark_log_queues", "tidemark_memcached", "tidemark_services"].flatMap(
    (name) => TREES.get(`templates/7.0/${name}${flavour}.yaml`) ?? [],
  );

  /** Of all that is not cut out of something else. */
  const checksPerSecond = (asked: readonly Readonly<Record<string, unknown>>[]) =>
    asked
      .filter(({ type }) => type !== "DEPENDENT")
      .map(({ key, delay }) => (found.get(String(key).split("[")[0] ?? "") ?? 1) / seconds(String(delay ?? "1m")))
      .reduce((sum, rate) => sum + rate, 0);

  test("ten instances, forty services and eight queues cost at most one check a second", () => {
    expect(trees).toHaveLength(4);
    const items = trees.flatMap((tree) => all(tree, "items").flat()) as readonly Readonly<Record<string, unknown>>[];
    const rules = trees.flatMap((tree) => all(tree, "discovery_rules").flat()) as typeof items;
    const many = rules.flatMap((rule) => all(rule, "item_prototypes").flat()) as typeof items;
    expect(items.map(({ key }) => key)).toContain("rsyslog.get"); // its queues, however many, are one check
    const checks = checksPerSecond([...items, ...rules, ...many]);
    expect(checks).toBeGreaterThan(0.5);
    expect(checks).toBeLessThanOrEqual(1);
  });
});

function seconds(delay: string): number {
  const [, number, unit] = /^(\d+)([smh])$/.exec(delay) ?? [];
  return Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
}
