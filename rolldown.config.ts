import { defineConfig } from "rolldown";

/** One program for Node; memjs and node:tls users stay in chunks of their own, loaded only when configured. */
export default defineConfig({
  input: { tidemark: "src/main.ts" },
  platform: "node",
  output: { dir: "dist", format: "esm", cleanDir: true, chunkFileNames: "[name].js", banner: "#!/usr/bin/env node" },
});
