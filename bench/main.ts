import { cpus } from "node:os";
import { outbox } from "./outbox.ts";
import { checks } from "./part-checks.ts";
import { hung } from "./part-hung.ts";
import { impstats } from "./part-impstats.ts";
import { minutes } from "./part-minutes.ts";
import { outbox as outboxPart } from "./part-outbox.ts";
import { plugin } from "./part-plugin.ts";
import { samples } from "./part-samples.ts";
import { services } from "./part-services.ts";
import { shim } from "./part-shim.ts";
import { tls } from "./part-tls.ts";
import { type Part, render } from "./report.ts";
import { sampler } from "./sampler.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";

type Run = (scale: Scale) => Promise<Part | readonly Part[]>;

const PARTS: Readonly<Record<string, Run>> = {
  checks,
  samples,
  services,
  impstats,
  shim,
  tls,
  outbox: outboxPart,
  plugin,
  hung,
  minutes,
};

const USAGE = `usage: npm run bench -- [--quick] [${Object.keys(PARTS).join("|")}]...`;

async function bench(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--quick");
  if (names.some((name) => !(name in PARTS))) {
    console.error(USAGE);
    return 100;
  }
  const scale = args.includes("--quick") ? QUICK : FULL;
  const found: Part[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.error(`${name} ...`);
    found.push(...[await run(scale)].flat());
  }
  console.log(`Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})\n`);
  console.log(render(found));
  return 0;
}

const [command = "", path = "", count = "0", target = ""] = process.argv.slice(2);
if (command === "sampler") console.log(JSON.stringify(await sampler(path, Number(count))));
else if (command === "outbox" && path !== "" && target !== "")
  console.log(JSON.stringify(await outbox(path, Number(count), JSON.parse(target))));
else process.exitCode = await bench(process.argv.slice(2));
process.exit();
