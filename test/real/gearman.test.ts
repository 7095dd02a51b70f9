import { expect, test } from "vitest";
import { endpointText } from "../../src/io/endpoint.ts";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import { gearman } from "../../src/sources/gearman/gearman.ts";
import { TickedSource } from "../ticked-source.ts";
import { address, freePort } from "./address.ts";
import { Mimic } from "./memcached-sampling.ts";
import { threadStates } from "./proc.ts";
import type { Program } from "./program.ts";
import { isSkipped, run, start } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const STRANGE = 'é "[x]\t1\n.\ny';

interface At {
  readonly host: string;
  readonly port: number;
}

async function place(): Promise<At> {
  return { host, port: await freePort(host) };
}

function startGearmand(at: At): Promise<Program> {
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  return start("gearmand", ["-L", at.host, "-p", String(at.port), "-l", "none", ...user], { ready: at });
}

/** Leaves so many jobs behind. */
async function queue(at: At, name: string, count: number): Promise<void> {
  for (let job = 0; job < count; job++) {
    const outcome = await run("gearman", ["-h", at.host, "-p", String(at.port), "-b", "-f", name, `job ${job}`]);
    if (outcome.status !== 0) throw new Error(outcome.stderr);
  }
}

function startWorker(at: At, name: string, command: readonly string[]): Promise<Program> {
  const args = ["-h", at.host, "-p", String(at.port), "-w", "-f", name, "--", ...command];
  return start("gearman", args, { ready: () => true });
}

function watched(at: At): TickedSource {
  return new TickedSource(gearman, realIo(), { lines: [`Gearman.g.Address=${at.host}:${at.port}`] });
}

/** Ticks until the key says so. */
async function becomes(source: TickedSource, key: string, want: string): Promise<void> {
  const ticked = async () => {
    await source.tick();
    return source.text(key) === want || source.text(key);
  };
  await waitFor(async () => (await ticked()) === true, { what: `${key} to be ${want}` });
}

test.skipIf(isSkipped("gearmand") || isSkipped("gearman"))(
  "a real gearmand: jobs wait, run and are done; no worker is seen at once; strange names",
  async () => {
    const at = await place();
    const program = await startGearmand(at);
    const source = watched(at);
    expect(await source.state()).toBe("up");
    expect(source.text("gearman.jobs.total")).toBe("0");
    expect(source.text("gearman.version")).toMatch(/^\d+\.\d+/);
    expect(source.json("gearman.get")["pid"]).toBe(program.pid);

    await queue(at, "resize", 4);
    await queue(at, STRANGE, 1);
    await source.tick();
    expect(source.text("gearman.jobs.waiting")).toBe("5");
    expect(source.text("gearman.jobs.waiting[g,resize]")).toBe("4");
    expect(source.text("gearman.stuck")).toBe("2");
    expect(source.text("gearman.stuck[g,resize]")).toBe("1");
    const rows = JSON.parse(source.text("gearman.function.discovery")) as Record<string, string>[];
    expect(rows.map((row) => row["{#NAME}"])).toEqual(['é "[x]\\x091\\x0a.\\x0ay', "resize"]);
    expect(source.text(`gearman.jobs.waiting[g,${rows[0]?.["{#FUNCTION}"]}]`)).toBe("1");

    const worker = await startWorker(at, "resize", ["sleep", "3600"]);
    await becomes(source, "gearman.jobs.running[g,resize]", "1");
    expect(source.text("gearman.jobs.waiting[g,resize]")).toBe("3");
    expect(source.text("gearman.jobs.total[g,resize]")).toBe("4");
    expect(source.text("gearman.workers[g,resize]")).toBe("1");
    expect(source.text("gearman.stuck[g,resize]")).toBe("0");
    expect(source.text("gearman.stuck")).toBe("1");

    await worker.kill(); // its job goes back into the queue
    await becomes(source, "gearman.stuck[g,resize]", "1");
    await startWorker(at, "resize", ["cat"]);
    await becomes(source, "gearman.jobs.total[g,resize]", "0");
    expect(source.text("gearman.workers[g,resize]")).toBe("1");
  },
);

test.skipIf(isSkipped("gearmand") || isSkipped("gearman"))(
  "a real gearmand: hung within the deadline, up again, down, and started anew without its functions",
  async () => {
    const at = await place();
    const first = await startGearmand(at);
    await queue(at, "mail", 1);
    const source = watched(at);
    expect(await source.state()).toBe("up");
    first.freeze();
    await waitFor(() => threadStates(first.pid).every((state) => state === "T"), { what: "every thread to stop" });
    expect(await source.state(0.3)).toBe("hung: connected, but no reply within 0.3 s");
    expect(await source.state(0.3)).toMatch(/^hung: connected/);
    first.thaw();
    expect(await source.state()).toBe("up");
    await first.kill();
    expect(await source.state()).toBe(`down: connection refused by ${at.host}:${at.port}`);
    const second = await startGearmand(at);
    expect(await source.state()).toBe("up");
    expect(source.json("gearman.get")).toMatchObject({
      pid: second.pid,
      functions: { mail: { total: 0, workers: 0 } },
    });
    await second.kill();
    await startGearmand(at);
    expect(await source.state()).toBe("up"); // the kept connection is of the one before
  },
);

/** The real world without anybody else's processes in it, and another way to the standard port. */
function narrowed(pid: number, standard: At): Io {
  const io = realIo();
  return {
    ...io,
    list: (path) => (path === "/proc" ? [String(pid)] : io.list(path)),
    connect: (endpoint, options) => {
      if (endpointText(endpoint) !== "127.0.0.1:4730")
        throw new Error(`${endpointText(endpoint)} is not to be touched`);
      return io.connect({ kind: "tcp", ...standard }, options);
    },
  };
}

test.skipIf(isSkipped("gearmand"))("nothing configured: a running gearmand is found at the standard port", async () => {
  const at = await place();
  const program = await startGearmand(at);
  const source = new TickedSource(gearman, narrowed(program.pid, at));
  expect(await source.state()).toBe("up");
  expect(source.names()).toEqual(["127.0.0.1:4730"]);
});

const LOAD = Buffer.alloc(10 * 2 ** 20, "f\t1\t0\t1\n");

const strangers = [
  { name: "silent", serve: () => undefined, want: /^hung: connected, but no reply within 1 s$/ },
  { name: "endless", reply: LOAD, want: /^not gearmand: .* more than 1048576 bytes without an end$/ },
  { name: "binary", reply: "\0RES\0\0\0\x13\0\0\0\0", want: /^not gearmand: .* a packet of the binary protocol$/ },
  { name: "error", reply: "ERR UNKNOWN_COMMAND x\r\n", want: /^not gearmand: .*: "ERR UNKNOWN_COMMAND x"$/ },
  { name: "numbers", reply: "f\t1\t-1\t0\n.\nOK 1\nOK 1\n", want: /^not gearmand: .* a line "f.1.-1.0"$/ },
  { name: "half", reply: "f\t1\t0\t0\ng", want: /^hung: only 9 bytes of a reply within 1 s$/ },
  { name: "http", reply: "HTTP/1.1 400 Bad Request\r\n", want: /^not gearmand: .*: "HTTP\/1.1 400 Bad Request\."$/ },
  { name: "noise", reply: Buffer.alloc(2 ** 20, 0x07), want: /^not gearmand: .* a line of more than 8192 bytes$/ },
] as const;

test("strangers: each has its state and reason in the tick itself, and a refused port beside them", async () => {
  const lines = [`Gearman.refused.Address=${host}:${await freePort(host)}`];
  for (const stranger of strangers) {
    const at = await place();
    await Mimic.listen(at, (socket) => {
      socket.once("data", () => ("reply" in stranger ? socket.write(stranger.reply) : undefined));
    });
    lines.push(`Gearman.${stranger.name}.Address=${at.host}:${at.port}`);
  }
  const source = new TickedSource(gearman, realIo(), { lines });
  for (const round of ["first", "second"]) {
    const began = performance.now();
    await source.tick(1.02);
    expect(performance.now() - began, round).toBeLessThan(2000);
    for (const { name, want } of strangers) expect(source.told(name), `${name}, ${round}`).toMatch(want);
    expect(source.told("refused")).toMatch(/^down: connection refused by/);
  }
  await source.close();
});
