import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      {
        test: {
          name: "real",
          include: ["test/real/**/*.test.ts"],
          maxWorkers: 2,
          testTimeout: 20_000,
          hookTimeout: 20_000,
          globalSetup: "test/real/leftovers.ts",
        },
      },
    ],
  },
});
