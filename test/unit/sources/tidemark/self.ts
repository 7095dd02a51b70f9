import type { Self } from "../../../../src/sources/source.ts";

/** What tidemark knows of itself, for its own source. @param own what a test sets */
export function selfOf(own: Partial<Self> & Pick<Self, "startedAt">): Self {
  return {
    version: "0.0.0",
    protocolVersion: "7.0.0",
    variant: 2,
    hostname: () => "host",
    hostMetadata: () => "",
    rssBytes: () => 1,
    requests: () => 0,
    refused: () => new Map(),
    destinations: () => [],
    tick: () => ({ seconds: 0, missed: 0 }),
    runs: () => new Map(),
    ...own,
  };
}
