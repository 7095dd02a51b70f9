import { setFlagsFromString } from "node:v8";
import { main } from "./cli/commands.ts";
import { terminal } from "./cli/output.ts";

// Left to itself, V8 lets the space for new objects grow to 32 MB for a few hundred kB of garbage a tick, and wakes
// threads to collect it: 25 MB and a quarter of a tick's CPU. Here, since a flag of node depends on who starts it.
setFlagsFromString("--semi-space-growth-factor=1 --no-parallel-scavenge");

process.exit(await main(process.argv.slice(2), terminal));
