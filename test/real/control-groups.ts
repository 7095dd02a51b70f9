import { appendFileSync, existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { runNumber } from "./run-number.ts";

const TOP = "/sys/fs/cgroup";
/** Where the second version of control groups is, beside the first one or alone. */
const UNIFIED = [join(TOP, "unified"), TOP].find((path) => existsSync(join(path, "cgroup.procs"))) ?? TOP;
/** The first version has a tree of its own for each controller. */
const FIRST = { memory: join(TOP, "memory"), io: join(TOP, "blkio") } as const;

export interface ControlGroup {
  readonly path: string;
  /** Whether it is one of the first version, whose files have other names. */
  readonly isFirst: boolean;
}

/** Makes a group that belongs to this run. Of the second version, groups of one name are one. It needs root. */
export function makeGroup(name: string, controller?: keyof typeof FIRST): ControlGroup {
  const isFirst = controller !== undefined && existsSync(FIRST[controller]);
  const path = join(isFirst ? FIRST[controller] : UNIFIED, `${prefixOf(runNumber())}${process.pid}-${name}`);
  if (controller !== undefined && !isFirst) appendFileSync(join(UNIFIED, "cgroup.subtree_control"), `+${controller}`);
  mkdirSync(path, { recursive: true });
  return { path, isFirst };
}

/** Paths of the groups that a run has made and not removed. */
export function groupsOf(run: number): readonly string[] {
  return [UNIFIED, ...Object.values(FIRST)]
    .filter((tree) => existsSync(tree))
    .flatMap((tree) => readdirSync(tree).map((name) => join(tree, name)))
    .filter((path) => path.includes(`/${prefixOf(run)}`));
}

/** Removes it with all that is in it; whether it is gone: that takes until its last process has ended. */
export function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(path, entry.name));
    }
    rmdirSync(path);
  } catch {
    return !existsSync(path);
  }
  return true;
}

function prefixOf(run: number): string {
  return `tidemark-test-${run}-`;
}
