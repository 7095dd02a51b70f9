import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { defaultDirectory } from "./directory.ts";
import { Door } from "./door.ts";
import metrics from "./metrics.json" with { type: "json" };

// As in tidemark itself: left alone, V8 lets the garbage of a few checks grow to 32 MB.
setFlagsFromString("--semi-space-growth-factor=1 --no-parallel-scavenge");

/** Exit statuses. The launcher keeps something alive in our place after `stay`: see plugin/tidemark-plugin. */
const STATUS = { exit: 0, stay: 64, wrong: 100, failed: 111 } as const;

const [agent, mode] = process.argv.slice(2);
if (agent === undefined || (mode !== "true" && mode !== "false")) {
  say("usage: tidemark-plugin SOCKET true|false. Zabbix agent 2 starts it: see Plugins.Tidemark.System.Path");
  process.exit(STATUS.wrong);
}

// A service manager may signal the whole group; the agent itself says when to end.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

const door = new Door({
  agent,
  registering: mode === "true",
  program: join(dirname(fileURLToPath(import.meta.url)), "tidemark.js"),
  defaults: { socket: "/run/tidemark/tidemark.sock", directory: defaultDirectory() },
  metrics: metrics.flat(),
  age: () => performance.now(),
  leave: (how) => {
    if (typeof how === "object") say(`cannot talk with the agent at "${agent}": ${how.failed}`);
    process.exit(typeof how === "object" ? STATUS.failed : STATUS[how]);
  },
});

process.on("uncaughtException", (error) => door.bug(error));
process.on("unhandledRejection", (reason) => door.bug(reason));

function say(text: string): void {
  process.stderr.write(`tidemark-plugin: ${text}\n`);
}
