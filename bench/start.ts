import { answer } from "./answer.ts";
import { pause } from "./programs.ts";
import { median } from "./report.ts";
import { type Configured, run } from "./servers.ts";

/** Median seconds from the start of the daemon to its first answer. */
export async function startSeconds(config: Configured, times: number): Promise<number> {
  const found: number[] = [];
  for (let time = 0; time < times; time++) {
    const began = performance.now();
    const server = await run(config);
    if ((await answer(config.port, "agent.ping")) !== "1") throw new Error("agent.ping was not answered");
    found.push((performance.now() - began) / 1000);
    await pause(0.2);
    await server.stop();
  }
  return median(found);
}
