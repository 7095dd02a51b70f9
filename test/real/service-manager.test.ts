import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { seconds } from "./steady-load.ts";
import { waitFor } from "./wait.ts";

const STALLED_TICKS = new URL("./fixtures/stalled-ticks.mjs", import.meta.url).href;
const WATCHDOG_SECONDS = 1;

/** A daemon of a service manager that is but a file, to which its notification socket leads. */
async function managed() {
  const bench = await Bench.at(address(import.meta.url));
  const heard = join(bench.directory, "heard");
  bench.configure(["Timeout=1", "Memcached.Discover=no"]);
  const daemon = await bench.start([
    "env",
    "NOTIFY_SOCKET=/nonexistent",
    "NOTIFY_FD=9",
    `WATCHDOG_USEC=${WATCHDOG_SECONDS * 1e6}`,
    `NODE_OPTIONS=--import=${STALLED_TICKS}`,
    "sh",
    "-c",
    'exec 9>>"$0"; exec "$@"',
    heard,
  ]);
  const states = () => readFileSync(heard, "utf8").split("\n").slice(0, -1);
  const fed = () => states().filter((state) => state === "WATCHDOG=1").length;
  await waitFor(() => states().includes("READY=1"), { what: "it to be ready" });
  return { bench, daemon, states, fed };
}

test("tells its service manager that it is ready, reads its configuration anew, and stops", async () => {
  const { daemon, states, fed } = await managed();
  await waitFor(() => fed() > 2, { what: "the watchdog to be fed" });
  daemon.signal("SIGHUP");
  await waitFor(() => states().filter((state) => state === "READY=1").length === 2, { what: "the reload" });
  expect(daemon.stderr).toMatch(/^<6>The configuration was reloaded\.$/m);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
  const told = states().filter((state) => state !== "WATCHDOG=1");
  expect(told.map((state) => state.replace(/^(MONOTONIC_USEC=)\d{7,}$/, "$1"))).toEqual([
    "READY=1",
    "RELOADING=1",
    "MONOTONIC_USEC=",
    "READY=1",
    "STOPPING=1",
  ]);
});

test("does not feed the watchdog once no tick finishes, though it still answers", async () => {
  const { bench, daemon, fed } = await managed();
  await waitFor(() => fed() > 2, { what: "the watchdog to be fed" });
  daemon.signal("SIGUSR2");
  const said = /^<3>The watchdog is not fed: no tick has finished for more than 3 s\.$/m;
  await waitFor(() => said.test(daemon.stderr), { what: "the trouble" });
  const [before, since] = [fed(), seconds()];
  await waitFor(() => seconds() > since + 2 * WATCHDOG_SECONDS, { what: "two times of the watchdog" });
  expect(fed()).toBe(before);
  expect(await bench.get("agent.ping")).toBe("1");
});
