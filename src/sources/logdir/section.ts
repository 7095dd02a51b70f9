import { list, optional, path, yesNo } from "../../config/kinds.ts";
import { directive, type Section, type SectionSpec, type Values } from "../../config/spec.ts";
import { SERVICE_DIRECTORIES } from "../../io/service-directories.ts";

const general = {
  Discover: directive({
    kind: yesNo,
    fallback: true,
    doc: "Find the directories of all multilog, svlogd and s6-log processes, and of services whose run script names them.",
  }),
  Directories: directive({
    kind: list(path, { atLeast: 0 }),
    fallback: SERVICE_DIRECTORIES,
    doc: "Where services are looked for, for the run scripts of their loggers.",
  }),
};

const named = {
  Path: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "A directory that multilog, svlogd or s6-log writes.",
  }),
};

export type General = typeof general;
export type Named = typeof named;

export const section: SectionSpec<General, Named> = { prefix: "LogDir", general, named, check };

function check(_name: string, { Path }: Values<Named>): string | undefined {
  return Path === undefined ? "Path is missing" : undefined;
}

/** Names and paths in the order of the file. */
export function configured({ named: directories }: Section<General, Named>): readonly (readonly [string, string])[] {
  return [...directories].flatMap(([name, { Path }]) => (Path === undefined ? [] : [[name, Path] as const]));
}
