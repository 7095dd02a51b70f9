import { defineConfig } from "rolldown";

/** One program for Node; what is imported on demand (memjs, node:tls users) stays in chunks of its own. */
export default defineConfig({
  input: { tidemark: "src/main.ts", "tidemark-plugin": "src/plugin/main.ts" },
  platform: "node",
  output: { dir: "dist", format: "esm", cleanDir: true, chunkFileNames: "[name].js", banner: "#!/usr/bin/env node" },
});
