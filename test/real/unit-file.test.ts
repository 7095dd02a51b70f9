import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isSkipped, run } from "./start.ts";

const UNIT = fileURLToPath(new URL("../../systemd/tidemark.service", import.meta.url));
const MOST_EXPOSURE = 2;

describe.skipIf(isSkipped("systemd"))("the systemd unit", () => {
  test("is one that systemd has nothing to say about", async () => {
    const { status, stderr } = await run("systemd-analyze", ["verify", "--man=no", UNIT]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("is hardened", async () => {
    const { stdout } = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", UNIT]);
    const [, exposure] = /Overall exposure level for tidemark\.service: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE);
  });
});
