import type { Files } from "../../../src/config/spec.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

/**
 * Files that exist only here: text or bytes by absolute path. A directory is there when a file is in it.
 * @param mode of all of them
 */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>, mode = 0o640): Files {
  const absent = malformed("no such file or directory");
  return {
    read(path) {
      const content = Object.hasOwn(contents, path) ? contents[path] : undefined;
      return content === undefined ? absent : ok(typeof content === "string" ? Buffer.from(content) : content);
    },
    mode: (path) => (Object.hasOwn(contents, path) ? ok(mode) : absent),
    list(path) {
      const inside = Object.keys(contents).filter((file) => file.startsWith(`${path}/`));
      const names = new Set(inside.map((file) => file.slice(path.length + 1).replace(/\/.*/, "")));
      return names.size === 0 ? absent : ok([...names].reverse());
    },
  };
}
