import { expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { Mimic, Sampler, told } from "./memcached-sampling.ts";
import { strangers } from "./memcached-strangers.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);

async function uri(): Promise<{ readonly host: string; readonly port: number; readonly text: string }> {
  const port = await freePort(host);
  return { host, port, text: `${host}:${port}` };
}

test("all faults in one tick: each has its state, and the healthy one is not delayed", async () => {
  const healthy = await uri();
  await startMemcached(healthy);
  const lines = [
    `healthy.Uri=${healthy.text}`,
    `refused.Uri=${(await uri()).text}`,
    "nowhere.Uri=no-such-host.invalid",
  ];
  for (const { name, serve } of strangers) {
    const at = await uri();
    await Mimic.listen(at, serve);
    lines.push(`${name}.Uri=${at.text}`);
  }
  const sampler = new Sampler(lines);
  for (const round of ["first", "second"]) {
    const { samples, roster, ms } = await sampler.tick(2);
    expect(ms, round).toBeLessThan(2500); // with what a busy machine takes beyond the deadline
    for (const { name, want } of strangers) expect(told(samples.get(name)), `${name}, ${round}`).toMatch(want);
    expect(told(samples.get("refused"))).toMatch(/^down \(failed\): connection refused by [\d.]+:\d+$/);
    expect(told(samples.get("nowhere"))).toBe('down (failed): cannot resolve "no-such-host.invalid"');
    expect(told(samples.get("healthy"))).toBe("up");
    const first = Math.min(...[...samples.values()].map(({ stamp }) => stamp.mono));
    expect((samples.get("healthy")?.stamp.mono ?? 0) - first).toBeLessThan(1);
    expect(roster?.kind === "value" ? roster.value.size : 0).toBe(lines.length);
  }
});

test("frozen: hung in the tick itself, up in the tick after it was thawed, with true values", async () => {
  const at = await uri();
  const program = await startMemcached(at);
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  expect(await sampler.state()).toBe("up");
  program.freeze();
  expect(await sampler.state()).toMatch(/^hung \(failed\): connected, but no reply within 0.\d+ s$/);
  expect(await sampler.state()).toMatch(/^hung \(failed\)/);
  program.thaw();
  const sample = await sampler.sample();
  expect(told(sample)).toBe("up");
  expect(sample.kind === "good" && sample.numbers.get("pid")).toBe(program.pid);
});

test("killed: down in the tick itself; started again: up in the next, in a new epoch, with its own settings", async () => {
  const at = await uri();
  const first = await startMemcached(at, ["-c", "200"]);
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  const before = await sampler.sample();
  await first.kill();
  expect(await sampler.state()).toMatch(/^down \(failed\): connection refused by/);
  const second = await startMemcached(at, ["-c", "300"]);
  const after = await sampler.sample();
  if (before.kind !== "good" || after.kind !== "good") throw new Error(`${told(before)}, ${told(after)}`);
  expect(before.texts.get("setting.maxconns")).toBe("200");
  expect(after.texts.get("setting.maxconns")).toBe("300");
  expect(before.epoch).toMatch(new RegExp(`^${first.pid}@\\d+$`));
  expect(after.epoch).toMatch(new RegExp(`^${second.pid}@\\d+$`));
});

test("restarted between two ticks: up, over a new connection, in a new epoch", async () => {
  const at = await uri();
  const first = await startMemcached(at);
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  const before = await sampler.sample();
  await first.kill();
  await startMemcached(at);
  const after = await sampler.sample();
  expect(told(after)).toBe("up");
  expect(before.kind === "good" && after.kind === "good" && before.epoch !== after.epoch).toBe(true);
});

test("idle_timeout: a kept connection that the server has closed is replaced within the tick", async () => {
  const at = await uri();
  await startMemcached(at, ["-o", "idle_timeout=1"]);
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  expect(await sampler.state()).toBe("up");
  const kicked = async (): Promise<boolean> => {
    const sample = await other.sample();
    return sample.kind === "good" && Number(sample.numbers.get("idle_kicks")) > 0;
  };
  const other = new Sampler([`b.Uri=${at.text}`]);
  await waitFor(kicked, { what: "the server to close the idle connection", seconds: 15 });
  expect(await sampler.state()).toBe("up");
});

test("a server that answers slowly is slow after two samples, and up again after two", async () => {
  const at = await uri();
  let delay = 0;
  await Mimic.listen(at, (socket) => {
    socket.on("data", (bytes) => {
      const text = bytes.toString();
      const reply = text.startsWith("version")
        ? "VERSION 1\r\n"
        : "STAT pid 1\r\nSTAT uptime 5\r\nSTAT time 1005\r\nEND\r\n";
      const replies = text.startsWith("version") ? 1 : text.split("\n").length - 1;
      setTimeout(() => socket.write(reply + "END\r\n".repeat(replies - 1)), delay);
    });
  });
  const sampler = new Sampler([`a.Uri=${at.text}`, "SlowMs=250"]);
  const states: string[] = [];
  for (const ms of [0, 400, 400, 0, 400, 0, 0]) {
    delay = ms;
    states.push((await sampler.state(2)).replace(/\d+ ms/, "N ms"));
  }
  const slow = "slow: slow: answered in N ms";
  expect(states).toEqual(["up", "up", slow, slow, slow, slow, "up"]);
});
