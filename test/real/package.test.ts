import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "./start.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Packed {
  readonly path: string;
  readonly mode: number;
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function json<T>(text: string): T {
  return JSON.parse(text) as T;
}

const fromRoot = (path: string): string => readFileSync(join(ROOT, path), "utf8");

async function npm(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run("npm", args, { cwd: ROOT, seconds: 18 });
  expect(status, stderr).toBe(0);
  return stdout;
}

describe("the npm package", () => {
  let files: readonly Packed[];

  beforeAll(async () => {
    const packed = json<readonly { files: readonly Packed[] }[]>(
      await npm("pack", "--dry-run", "--json", "--ignore-scripts", "--offline"),
    );
    files = packed.flatMap((one) => one.files);
  });

  /** By folder, all that may lie in it. */
  const MAY_HOLD: Readonly<Record<string, RegExp>> = {
    "": /^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/,
    dist: /^[a-z-]+\.js$/,
    docs: /^([a-z0-9-]+\.(md|conf)|screenshots\/[a-z0-9.-]+\.png)$/,
    plugin: /^tidemark(-plugin|\.conf)$/,
    supervise: /^(run|finish|notification-fd|log\/run)$/,
    systemd: /^(tidemark\.(service|socket|sysusers|tmpfiles)|drop-ins\/[a-z-]+\.conf)$/,
    templates: /^(README\.md|\d\.\d\/[\w-]+\.(yaml|md))$/,
    userparameters: /^(tidemark-value|README\.md|[a-z-]+\.conf)$/,
  };

  test("holds programs, what installs them, and pages, and nothing else", () => {
    const odd = files.filter(({ path }) => {
      const slash = path.indexOf("/");
      const [folder, rest] = slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
      return MAY_HOLD[folder]?.test(rest) !== true;
    });
    expect(odd).toEqual([]);
  });

  test("holds every page and file that the README names", () => {
    const paths = files.map(({ path }) => path);
    const named = [
      ...fromRoot("README.md").matchAll(/(?<=[\s(`])(?:docs|systemd|userparameters|plugin|supervise)\/[\w./-]*\w/g),
    ];
    expect(named.length).toBeGreaterThan(5);
    const isThere = (path: string) => paths.some((packed) => packed === path || packed.startsWith(`${path}/`));
    expect(named.map(([path]) => path).filter((path) => !isThere(path))).toEqual([]);
  });

  test("programs and scripts may be run, nothing else, and nothing may be written by others", () => {
    const executable = files.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path);
    expect(executable.toSorted()).toEqual([
      "plugin/tidemark-plugin",
      "supervise/finish",
      "supervise/log/run",
      "supervise/run",
      "userparameters/tidemark-value",
    ]);
    expect(files.filter(({ mode }) => (mode & 0o022) !== 0)).toEqual([]);
  });

  test("names no path of this machine and holds no key", () => {
    for (const { path } of files) {
      const text = fromRoot(path);
      expect([path, text.includes(ROOT), /-----BEGIN [A-Z ]*PRIVATE KEY-----\n/.test(text)]).toEqual([
        path,
        false,
        false,
      ]);
    }
  });

  test("runs nothing when it is installed", () => {
    const { scripts } = json<{ scripts: Readonly<Record<string, string>> }>(fromRoot("package.json"));
    const hooks = ["preinstall", "install", "postinstall", "prepublish", "prepare", "preprepare", "postprepare"];
    expect(Object.keys(scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });
});

describe("the dependencies", () => {
  const { packages } = json<{ packages: Readonly<Record<string, LockedPackage>> }>(fromRoot("package-lock.json"));
  const { "": root, ...others } = packages;
  const locked = Object.entries(others);

  test("at run time are these two, which have none themselves", () => {
    const runtime = locked.filter(([, { dev }]) => dev !== true);
    expect(
      runtime.map(([path, { version, integrity, dependencies }]) => ({ path, version, integrity, dependencies })),
    ).toEqual([
      {
        path: "node_modules/memjs",
        version: "1.3.2",
        integrity: expect.stringMatching(/^sha512-/),
      },
      {
        path: "node_modules/node-cron",
        version: "4.6.0",
        integrity: expect.stringMatching(/^sha512-/),
      },
    ]);
  });

  test("are locked as package.json wants them, each to one version", () => {
    const { dependencies, devDependencies } = json<LockedPackage>(fromRoot("package.json"));
    expect([root?.dependencies, root?.devDependencies]).toEqual([dependencies, devDependencies]);
    const wanted = Object.entries({ ...dependencies, ...devDependencies });
    for (const [name, version] of wanted)
      expect([name, others[`node_modules/${name}`]?.version]).toEqual([name, version]);
  });

  test("come from the registry, with their hash; only binaries for other systems go without", () => {
    const elsewhere = locked.filter(
      ([, { resolved, link }]) => link === true || /^(git|file|http:)/.test(resolved ?? ""),
    );
    expect(elsewhere).toEqual([]);
    const unproven = locked.filter(([, { integrity }]) => integrity === undefined);
    expect(unproven.filter(([, one]) => one.optional !== true || isForHere(one))).toEqual([]);
    const hashes = locked.flatMap(([, { integrity }]) => integrity ?? []);
    expect(hashes.filter((hash) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(hash))).toEqual([]);
  });

  test("run no scripts when they are installed", () => {
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
    for (const [path] of locked) {
      const manifest = manifestOf(path);
      const scripts = Object.keys(manifest?.scripts ?? {});
      expect([path, scripts.filter((name) => /^(pre|post)?install$/.test(name))]).toEqual([path, []]);
    }
  });

  test("are listed by npm run sbom, with their licences and hashes", async () => {
    const bom = json<{ bomFormat: string; components: readonly Component[] }>(await npm("run", "--silent", "sbom"));
    expect(bom.bomFormat).toBe("CycloneDX");
    const listed = bom.components.map(({ purl, licenses, hashes }) => [purl, licenses[0]?.license.id, hashes.length]);
    expect(listed.toSorted()).toEqual([
      ["pkg:npm/memjs@1.3.2", "MIT", 1],
      ["pkg:npm/node-cron@4.6.0", "ISC", 1],
    ]);
  });
});

/** Whether a binary is for Linux on x86-64 with glibc, where releases are made. */
function isForHere({ os = ["linux"], cpu = ["x64"], libc = ["glibc"] }: LockedPackage): boolean {
  return os.includes("linux") && cpu.includes("x64") && libc.includes("glibc");
}

interface Component {
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  readonly hashes: readonly unknown[];
}

/** Undefined for the binaries of other machines, which are not installed. */
function manifestOf(path: string): { readonly scripts?: Readonly<Record<string, string>> } | undefined {
  try {
    return json(fromRoot(join(path, "package.json")));
  } catch {
    return undefined;
  }
}
