import { endpointText, type HostPort } from "../../io/endpoint.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import { parseServer } from "../server-address.ts";

// ServerActive := cluster *( "," cluster )     each asked for a list of its own
// cluster      := node *( ";" node )           of which one is asked at a time
// node         := address [ ":" port ]         10051 when none is given

/** One entry of ServerActive. */
export interface ServerActive {
  /** As it was written. */
  readonly text: string;
  readonly nodes: readonly [HostPort, ...HostPort[]];
}

/** Parses the entries of ServerActive. Malformed: one cannot be read, or two name the same node. */
export function parseServerActive(entries: readonly string[]): Parsed<readonly ServerActive[]> {
  const found: ServerActive[] = [];
  const seen = new Set<string>();
  for (const text of entries) {
    const nodes: HostPort[] = [];
    for (const address of text.split(";").map((node) => node.trim())) {
      const node = parseServer(address);
      if (node.kind === "malformed") return malformed(`cannot read "${address}": ${node.reason}`);
      if (seen.has(endpointText(node.value))) return malformed(`names "${address}" twice`);
      seen.add(endpointText(node.value));
      nodes.push(node.value);
    }
    const [first, ...others] = nodes;
    if (first !== undefined) found.push({ text, nodes: [first, ...others] });
  }
  return ok(found);
}
