import { list, path, text } from "../../config/kinds.ts";
import { directive, type SectionSpec } from "../../config/spec.ts";
import { SERVICE_DIRECTORIES } from "../../io/service-directories.ts";
import { UNITS_DOC } from "./systemd-choice.ts";

const general = {
  Directories: directive({
    kind: list(path, { atLeast: 1 }),
    fallback: SERVICE_DIRECTORIES,
    doc: "Scan directories of svscan, runsvdir and s6-svscan. They must all be there, except when it is the default list.",
  }),
  SystemdUnits: directive({
    kind: list(text, { atLeast: 0 }),
    fallback: [],
    doc: UNITS_DOC,
  }),
};

export type General = typeof general;

export const section: SectionSpec<General, Record<never, never>> = { prefix: "Supervise", general, named: {} };
