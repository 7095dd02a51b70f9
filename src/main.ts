import { main } from "./cli/commands.ts";
import { terminal } from "./cli/output.ts";

process.exit(await main(process.argv.slice(2), terminal));
