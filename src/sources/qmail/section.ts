import { optional, path } from "../../config/kinds.ts";
import { directive, type Section, type SectionSpec, type Values } from "../../config/spec.ts";

const QUEUE_DOC = "qmail's queue directory";

const general = {
  Queue: directive({
    kind: optional(path),
    fallback: undefined,
    doc: `${QUEUE_DOC} of the target "qmail". Without it: /var/qmail/queue, when it is there.`,
  }),
  Log: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "Directory into which multilog writes what that qmail-send says. Without it: where it usually is.",
  }),
};

const named = {
  Queue: directive({
    kind: optional(path),
    fallback: undefined,
    doc: `${QUEUE_DOC} of a further qmail.`,
  }),
  Log: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "Directory into which multilog writes what its qmail-send says.",
  }),
};

export type General = typeof general;
export type Named = typeof named;
export type QmailSection = Section<General, Named>;

export const section: SectionSpec<General, Named> = { prefix: "Qmail", general, named, check };

function check(_name: string, { Queue }: Values<Named>): string | undefined {
  return Queue === undefined ? "Queue is missing" : undefined;
}
