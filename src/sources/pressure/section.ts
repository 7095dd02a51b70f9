import { optional, path, text } from "../../config/kinds.ts";
import { directive, type Section, type SectionSpec, type Values } from "../../config/spec.ts";
import { HOST } from "./declare.ts";

const named = {
  Path: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "A log directory: the disk that it lies on is watched. Without any configured one, /var/log under the name log.",
  }),
  Process: directive({
    kind: optional(text),
    fallback: undefined,
    doc: "Program whose written bytes are counted, such as rsyslogd; default: the logger that has a file in Path open.",
  }),
};

export type Named = typeof named;

export const section: SectionSpec<Record<never, never>, Named> = { prefix: "Pressure", general: {}, named, check };

function check(name: string, { Path, Process }: Values<Named>): string | undefined {
  if (name === HOST) return `"${HOST}" is the name of the machine itself`;
  return Path === undefined && Process === undefined ? "Path or Process is missing" : undefined;
}

/** A place where logs are written: a directory, its disk, and the program that writes there. */
export interface PlaceSpec {
  readonly name: string;
  readonly path: string | undefined;
  readonly process: string | undefined;
  readonly isConfigured: boolean;
}

const EVERYBODYS: PlaceSpec = { name: "log", path: "/var/log", process: undefined, isConfigured: false };

/** In the order of the file. */
export function places({ named: configured }: Section<Record<never, never>, Named>): readonly PlaceSpec[] {
  if (configured.size === 0) return [EVERYBODYS];
  return [...configured].map(([name, { Path, Process }]) => ({
    name,
    path: Path,
    process: Process,
    isConfigured: true,
  }));
}
