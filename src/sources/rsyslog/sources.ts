import type { Source } from "../source.ts";

/** What is watched of one rsyslogd, each a source of its own: the statistics themselves, which feed the others. */
export const STATISTICS = "rsyslog";
export const QUEUES = "rsyslog.queue";
export const ACTIONS = "rsyslog.action";
export const INPUTS = "rsyslog.input";
export const SPOOLS = "rsyslog.spool";

/** A source that the collector of the statistics feeds: it has no directives and nothing to do at a tick. */
export function fedSource(declared: Omit<Source, "section" | "open">): Source {
  return {
    ...declared,
    section: { prefix: declared.name.charAt(0).toUpperCase() + declared.name.slice(1), general: {}, named: {} },
    open: () => ({
      collect: () => Promise.resolve(),
      forget: () => false,
      close: () => Promise.resolve(),
    }),
  };
}
