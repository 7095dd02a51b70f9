import { defineConfig } from "vitest/config";
import { closingLine } from "./test/closing-line.ts";

const LEFTOVERS = "test/real/leftovers.ts";

/** Tests with real programs: some files at a time, and only once the unit tests have left the machine in peace. */
function real(name: string, seconds: number, files: number, setups: readonly string[] = []) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: [LEFTOVERS, ...setups],
      maxWorkers: files,
      testTimeout: seconds * 1000,
      hookTimeout: 20_000,
      sequence: { groupOrder: 1 },
    },
  };
}

export default defineConfig({
  test: {
    reporters: ["default", closingLine()],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], globalSetup: LEFTOVERS, maxWorkers: 2 } },
      real("real", 20, 3), // more than this machine may have cores: they mostly wait
      real("long", 3600, 2),
      real("lab", 600, 2, ["test/lab/servers.ts"]),
    ],
  },
});
