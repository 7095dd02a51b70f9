import { endpointText } from "../../io/endpoint.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Labels } from "../../ring/sample.ts";
import { listed } from "../../words/sentence.ts";
import { parseAddress } from "./address.ts";

/** Name of the source, of its keys' first word and of its samples. */
export const SOURCE = "memcached";

/** Names of this machine; the first stands for all. */
const LOCAL: readonly [string, ...string[]] = ["127.0.0.1", "localhost", "::1"];

/**
 * The instance that is meant when a key names none: the one marked as default in the configuration,
 * else the one at 127.0.0.1:11211, else the first.
 */
export function defaultTarget(targets: ReadonlyMap<string, Labels>): string | undefined {
  const known = meant.get(targets) ?? { name: findDefault(targets) };
  meant.set(targets, known);
  return known.name;
}

/** Many keys name no instance, and of a thousand each address would be parsed for each. */
const meant = new WeakMap<ReadonlyMap<string, Labels>, { readonly name: string | undefined }>();

function findDefault(targets: ReadonlyMap<string, Labels>): string | undefined {
  const names = [...targets.keys()];
  const local = canonicalUri("");
  return (
    names.find((name) => targets.get(name)?.["DEFAULT"] === "1") ??
    names.find((name) => canonicalUri(targets.get(name)?.["URI"] ?? name) === local) ??
    names[0]
  );
}

/** The instance of a URI, a target name or "" as agent 2's own keys name it; credentials in it are ignored. */
export function targetOf(moment: Moment, asked: string): Answer<string> {
  return flatMap(moment.targets(SOURCE), (targets) => {
    const found = named(targets, asked);
    if (found !== undefined) return value(found);
    const uris = [...targets].map(([name, labels]) => withoutCredentials(labels["URI"] ?? name));
    const there = uris.length === 0 ? "none is configured" : `there are ${listed(uris)}`;
    return unknown(`no configured memcached instance "${withoutCredentials(asked)}"; ${there}`);
  });
}

function named(targets: ReadonlyMap<string, Labels>, asked: string): string | undefined {
  if (asked === "") return defaultTarget(targets);
  if (targets.has(asked)) return asked;
  const wanted = canonicalUri(asked);
  return [...targets].find(([, labels]) => canonicalUri(labels["URI"] ?? "") === wanted)?.[0];
}

/** The view of the default instance. */
export function defaultView(moment: Moment): Answer<View> {
  return flatMap(targetOf(moment, ""), (target) => moment.view(SOURCE, target));
}

/**
 * One text for all ways to write an address: scheme and credentials dropped, default port added, localhost and ::1 as
 * 127.0.0.1. What is no address stays as it is.
 */
function canonicalUri(uri: string): string {
  const address = parseAddress(withoutCredentials(uri === "" ? LOCAL[0] : uri));
  if (address.kind === "malformed") return uri;
  const { endpoint } = address.value;
  if (endpoint.kind === "unix") return endpointText(endpoint);
  const host = endpoint.host.toLowerCase();
  return endpointText({ ...endpoint, host: LOCAL.includes(host) ? LOCAL[0] : host });
}

function withoutCredentials(uri: string): string {
  return uri.replace(/^([a-z]+:\/\/)?[^/]*@/i, "$1");
}

/** Names of the instances of a pool; all of them for "". Unknown: there is no such pool. */
export function poolMembers(moment: Moment, pool: string): Answer<readonly string[]> {
  return flatMap(moment.targets(SOURCE), (targets) => {
    const members = [...targets].filter(([, labels]) => pool === "" || labels["POOL"] === pool).map(([name]) => name);
    if (members.length > 0) return value(members);
    if (pool === "") return none("no memcached instance was found or configured");
    const pools = poolsOf(targets);
    return unknown(
      `no pool "${pool}"; ${pools.length === 0 ? "no instance names a pool" : `there are ${listed(pools)}`}`,
    );
  });
}

/** Names of all pools, in the order in which they are first named. */
export function poolsOf(targets: ReadonlyMap<string, Labels>): readonly string[] {
  const pools = [...targets.values()].map((labels) => labels["POOL"] ?? "");
  return [...new Set(pools)].filter((pool) => pool !== "");
}
