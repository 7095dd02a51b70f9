import { list, path, text } from "../../config/kinds.ts";
import { directive, type SectionSpec } from "../../config/spec.ts";
import { UNITS_DOC } from "./systemd-choice.ts";

/** Where daemontools, runit and s6 are told to look, by their authors or by distributions. */
export const USUAL_DIRECTORIES: readonly string[] = [
  "/service",
  "/etc/service",
  "/var/service",
  "/run/service",
  "/etc/s6",
];

const general = {
  Directories: directive({
    kind: list(path, { atLeast: 1 }),
    fallback: USUAL_DIRECTORIES,
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
