import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Check } from "../../src/plugin/check.ts";
import { MODE_KEY, Provider } from "../../src/plugin/provider.ts";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { bundle, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/* Daemons that come and go, looked for more often than the plugin does. */

const HOST = address(import.meta.url);
const CHILD = "plugin of agent 2, values of its child";
const DAEMON = "plugin of agent 2, values of the daemon";

const providers: Provider[] = [];
afterEach(() => Promise.all(providers.splice(0).map((provider) => provider.stop())));

function provided(socket: string, directives: readonly string[] = ["Schedule=* * * * * *"]) {
  const lines: string[] = [];
  const directory = temporaryDirectory();
  const provider = new Provider({
    socket,
    directory,
    directives,
    program: bundle(),
    log: (severity, text) => lines.push(`${severity} ${text}`),
    lookMs: 100,
    awayMs: 1500,
  });
  providers.push(provider);
  const ask = (key: string) =>
    new Promise<string>((resolve, reject) => {
      const tell = (told: Parameters<ConstructorParameters<typeof Check>[0]["tell"]>[0]) =>
        told.kind === "value" ? resolve(told.text) : reject(new Error(told.reason));
      provider.ask(new Check({ key, ms: 8000, late: () => `${provider.awaited} is late.`, tell }));
    });
  return { ask, lines, directory };
}

async function bench(): Promise<Bench> {
  const made = await Bench.at(HOST);
  made.configure([]);
  return made;
}

test("a daemon that appears takes over from the child; one that stays away is replaced by it", async () => {
  const host = await bench();
  const { ask, lines, directory } = provided(join(host.run, "tidemark.sock"));
  expect(await ask(MODE_KEY)).toBe(CHILD);
  const state = readFileSync(join(directory, "state/lock"), "latin1").trim();
  const daemon = await host.start();
  await waitFor(async () => (await ask(MODE_KEY)) === DAEMON, { what: "the daemon to take over" });
  await waitFor(() => !isAlive(Number(state)), { what: "the end of the child" });
  expect(await ask("tidemark.version")).toMatch(/^\d/);
  await daemon.end();
  await waitFor(async () => (await ask(MODE_KEY)) === CHILD, { what: "a child again" });
  expect(await ask("tidemark.version")).toMatch(/^\d/);
  expect(lines.filter((line) => /values come from/i.test(line))).toHaveLength(3);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a daemon that is started again is waited for without a second sampling", async () => {
  const host = await bench();
  const daemon = await host.start();
  const { ask, lines } = provided(join(host.run, "tidemark.sock"));
  expect(await ask(MODE_KEY)).toBe(DAEMON);
  const said = lines.length;
  await daemon.kill();
  const asked = ask("tidemark.version");
  await host.start();
  expect(await asked).toMatch(/^\d/);
  expect(await ask(MODE_KEY)).toBe(DAEMON);
  expect(lines.slice(said)).toEqual([]);
});

test("a child that cannot run says why for each check, and is tried again ever more rarely", async () => {
  const { ask, lines } = provided("/nonexistent/tidemark.sock", ["Schedule=never"]);
  await expect(ask("tidemark.version")).rejects.toThrow(
    /^The plugin's tidemark ended \(exit status 100\): .*plugin\.\d+\.conf:4: "Schedule": .*\.$/,
  );
  const waits = () => lines.flatMap((line) => /It is started again in ([\d.]+) s/.exec(line)?.[1] ?? []);
  await waitFor(() => waits().length >= 3, { what: "three starts" });
  expect(waits().slice(0, 3)).toEqual(["0.5", "1", "2"]);
  await expect(ask(MODE_KEY)).resolves.toBe(CHILD);
});
