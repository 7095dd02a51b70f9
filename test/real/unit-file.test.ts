import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isSkipped, run, temporaryDirectory } from "./start.ts";

const UNIT = fileURLToPath(new URL("../../systemd/tidemark.service", import.meta.url));
const DROP_INS = fileURLToPath(new URL("../../systemd/drop-ins/", import.meta.url));
const SECURITY = fileURLToPath(new URL("../../docs/security.md", import.meta.url));
const MOST_EXPOSURE = 1.5;

/** Of `systemd-analyze security`; `exposure` null: nothing is exposed. */
interface Row {
  readonly name: string;
  readonly exposure: string | null;
}

describe.skipIf(isSkipped("systemd"))("the systemd unit", () => {
  test("is one that systemd has nothing to say about", async () => {
    const { status, stderr } = await run("systemd-analyze", ["verify", "--man=no", UNIT]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("is hardened, and each row that is left has its reason in docs/security.md", async () => {
    const security = (...options: readonly string[]) =>
      run("systemd-analyze", ["security", "--offline=true", "--no-pager", ...options, UNIT]);
    const [, exposure] = /Overall exposure level for tidemark\.service: ([\d.]+)/.exec((await security()).stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSURE);
    const rows = JSON.parse((await security("--json=short")).stdout) as readonly Row[];
    const left = rows.filter(({ exposure }) => Number(exposure) > 0).map(({ name }) => name);
    const reasons = [...readFileSync(SECURITY, "utf8").matchAll(/^\| `([A-Z]\w+=.*)` \| (.+) \|$/gm)];
    expect(left.toSorted()).toEqual(reasons.map(([, row]) => row?.replaceAll("\\|", "|")).toSorted());
  });

  for (const name of readdirSync(DROP_INS)) {
    test(`says nothing with drop-in ${name} and with its socket`, async () => {
      const directory = temporaryDirectory();
      const socket = join(directory, "tidemark.socket");
      copyFileSync(UNIT, join(directory, "tidemark.service"));
      copyFileSync(UNIT.replace(/service$/, "socket"), socket);
      mkdirSync(join(directory, "tidemark.service.d"));
      copyFileSync(join(DROP_INS, name), join(directory, "tidemark.service.d", name));
      const unit = join(directory, "tidemark.service");
      const { status, stderr } = await run("systemd-analyze", ["verify", "--man=no", unit, socket]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });
  }

  test("has a user and directories that systemd can make", async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, "etc"));
    const file = (name: string) => UNIT.replace(/service$/, name);
    expect(await run("systemd-sysusers", [`--root=${root}`, file("sysusers")])).toMatchObject({ status: 0 });
    expect(readFileSync(join(root, "etc/passwd"), "utf8")).toMatch(/^tidemark:/m);
    const supervise = join(root, "etc/service/web/supervise");
    mkdirSync(supervise, { recursive: true, mode: 0o700 });
    const made = await run("systemd-tmpfiles", ["--create", `--root=${root}`, file("tmpfiles")]);
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(statSync(supervise).mode & 0o777).toBe(0o711);
  });
});
