import type { BytePath } from "../../io/local-files.ts";

/** A log directory as it was found or configured; what is not known is "". */
export interface Spec {
  readonly name: string;
  /** Without symbolic links, where it could be resolved. */
  readonly path: BytePath;
  readonly logger: string;
  readonly service: string;
  /** Directory of the log service, where its `down` file would be. */
  readonly home: BytePath;
}
