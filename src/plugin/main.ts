import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Door } from "./door.ts";
import metrics from "./metrics.json" with { type: "json" };

/** The launcher keeps a process alive in our place: see plugin/tidemark-plugin. */
const STAY = 64;
const USAGE = 100;

const [agent, mode] = process.argv.slice(2);
if (agent === undefined || (mode !== "true" && mode !== "false")) {
  process.stderr.write(
    "usage: tidemark-plugin SOCKET true|false; Zabbix agent 2 starts it, see Plugins.Tidemark.System.Path\n",
  );
  process.exit(USAGE);
}

// A service manager may signal the whole group; the agent itself says when to end.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

const door = new Door({
  agent,
  registering: mode === "true",
  program: join(dirname(fileURLToPath(import.meta.url)), "tidemark.js"),
  defaults: {
    socket: "/run/tidemark/tidemark.sock",
    directory: join(tmpdir(), `tidemark-plugin-${process.getuid?.()}`),
  },
  metrics: metrics.flat(),
  leave: (how) => process.exit(how === "stay" ? STAY : 0),
});

process.on("uncaughtException", (error) => door.log("critical", `Unexpected: ${error.stack ?? error.message}`));
process.on("unhandledRejection", (reason) => door.log("critical", `Unexpected: ${reason}`));
