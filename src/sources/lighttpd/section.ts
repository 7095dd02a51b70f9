import { optional, path, yesNo } from "../../config/kinds.ts";
import { directive, type Kind, type Section, type SectionSpec, type Values } from "../../config/spec.ts";
import { bytePath } from "../../io/local-files.ts";
import type { TargetSpec } from "./target.ts";
import { parseStatusUrl, type StatusUrl } from "./url.ts";

const url: Kind<StatusUrl> = {
  syntax: "http://HOST[:PORT]/PATH",
  parse: parseStatusUrl,
  format: ({ text }) => text,
};

const general = {
  Discover: directive({
    kind: yesNo,
    fallback: true,
    doc: "Without any configured server, sample one that runs on this machine if its lighttpd.conf can be read and names a status page.",
  }),
};

const named = {
  Url: directive({
    kind: optional(url),
    fallback: undefined,
    doc: "Status page of the server: the address that status.status-url of mod_status gives it.",
  }),
  ErrorLog: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "The server's error log, for lighttpd.backends.down. It is followed across rotations.",
  }),
};

export type General = typeof general;
export type Named = typeof named;

export const section: SectionSpec<General, Named> = { prefix: "Lighttpd", general, named, check };

function check(_name: string, { Url }: Values<Named>): string | undefined {
  return Url === undefined ? "Url is missing" : undefined;
}

/** The configured servers, in the order of the file. */
export function configured({ named: servers }: Section<General, Named>): readonly TargetSpec[] {
  return [...servers].flatMap(([name, { Url, ErrorLog }]) => {
    return Url === undefined
      ? []
      : [{ name, url: Url, errorLog: ErrorLog === undefined ? undefined : bytePath(ErrorLog) }];
  });
}
