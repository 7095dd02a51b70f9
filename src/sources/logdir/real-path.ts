import type { BytePath, LocalFiles } from "../../io/local-files.ts";

/**
 * The path without symbolic links, so that one directory is one target by whatever way it is reached. What is not there
 * yet is taken to come without links, below the part that is.
 */
export function realPath(files: LocalFiles, path: BytePath): BytePath {
  const real = files.real(path);
  if (real.kind === "ok") return real.value;
  const [, above = "/", name = ""] = /^(.*)\/([^/]*)\/*$/s.exec(path) ?? [];
  if (name === "..") return path;
  const parent = above === "" ? "" : realPath(files, above);
  return name === "" || name === "." ? parent : `${parent}/${name}`;
}
