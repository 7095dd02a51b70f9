import { expect, test } from "vitest";
import { realFiles } from "../../../../src/io/real-files.ts";
import { realPath } from "../../../../src/sources/logdir/real-path.ts";

/** /link is a link to /etc; besides it there is /etc/sv only. */
const files = {
  ...realFiles,
  real: (path: string) => {
    const real =
      path
        .replace(/\/+$/, "")
        .replace(/\/\.(?=\/|$)/g, "")
        .replace(/^\/link\b/, "/etc") || "/";
    return ["/", "/etc", "/etc/sv"].includes(real)
      ? ({ kind: "ok", value: real } as const)
      : ({ kind: "failed", code: "ENOENT", reason: "no such file or directory" } as const);
  },
};

test.each([
  ["/link/sv", "/etc/sv"],
  ["/link/sv/log/main", "/etc/sv/log/main"],
  ["/link/sv/./main", "/etc/sv/main"],
  ["/link/sv/main/", "/etc/sv/main"],
  ["/link/sv//main", "/etc/sv/main"],
  ["/link/new\nline", "/etc/new\nline"],
  ["/nowhere", "/nowhere"],
  ["/nowhere/../x", "/nowhere/../x"],
])("%j", (path, want) => expect(realPath(files, path)).toBe(want));
