import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { ScriptedServer } from "../unit/transports/scripted-server.ts";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { isSkipped, type Outcome, run, runTidemark, temporaryDirectory } from "./start.ts";

/*
 * zabbix_sender and `tidemark send` do the same against a server that records what it gets: same requests, same answers,
 * same exit codes.
 */

const HOST = address(import.meta.url);
const directory = temporaryDirectory();
const configuration = join(directory, "empty.conf");

interface Captured {
  readonly inputFiles: Readonly<Record<string, string>>;
}

const { inputFiles } = JSON.parse(
  readFileSync(new URL("../vectors/sender-captures.json", import.meta.url), "utf8"),
) as Captured;

let server: ScriptedServer;

beforeAll(async () => {
  server = await ScriptedServer.start(HOST, () => undefined);
  for (const [name, text] of Object.entries(inputFiles)) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, "in4.txt"), Array.from({ length: 251 }, (_, at) => `- k${at} v${at}\n`).join(""));
  writeFileSync(join(directory, "in5.txt"), `- k "${"long ".repeat(2000)}"\n- k ${"é".repeat(3000)}\n- k no line feed`);
  writeFileSync(join(directory, "in_none.txt"), "");
  writeFileSync(configuration, `StateDir=${directory}/state\nRunDir=${directory}/run\n`);
});

afterAll(() => server.close());

type Reply = (rows: number) => string | Buffer;

const success: Reply = (rows) =>
  JSON.stringify({
    response: "success",
    info: `processed: ${rows}; failed: 0; total: ${rows}; seconds spent: 0.000041`,
  });

const REPLIES: Readonly<Record<string, Reply>> = {
  success,
  "one failed": (rows) =>
    JSON.stringify({
      response: "success",
      info: `processed: ${rows - 1}; failed: 1; total: ${rows}; seconds spent: 0.000041`,
    }),
  failed: () => '{"response":"failed","info":"no"}',
  "no info": () => '{"response":"success"}',
  "an info of another form": () => '{"response":"success","info":"hello"}',
  "no JSON": () => "no JSON",
  "an empty body": () => "",
  compressed: (rows) => encodePacket(Buffer.from(success(rows)), { compress: true }),
  "half a packet": (rows) => encodePacket(Buffer.from(success(rows))).subarray(0, 20),
  "wrong magic": () => Buffer.from("ZBXX\x01\x01\0\0\0\0\0\0\0x", "latin1"),
  "a close": () => Buffer.alloc(0),
};

const FILES = ["in1.txt", "in4.txt", "in5.txt", "in_lld.txt", "in_bad.txt", "in_bad2.txt", "in_dq.txt", "in_empty.txt"];
const ARGUMENTS: readonly (readonly string[])[] = [
  ...FILES.map((name) => ["-s", "dflt", "-i", name]),
  ["-s", "dflt", "-T", "-i", "in2.txt"],
  ["-s", "dflt", "-T", "-N", "-i", "in3.txt"],
  ["-s", "dflt", "-T", "-i", "in_badts.txt"],
  ["-i", "in4.txt"],
];

const senders = {
  zabbix_sender: (args: readonly string[]) =>
    run("zabbix_sender", ["-z", HOST, "-p", String(server.at.port), ...args], { cwd: directory }),
  tidemark: (args: readonly string[]) =>
    runTidemark(["send", "-c", configuration, "-z", `${HOST}:${server.at.port}`, ...args], { cwd: directory }),
};

/** What one of them sent, said and ended with. */
async function outcomeOf(sender: keyof typeof senders, args: readonly string[], reply: Reply) {
  server.requests.length = 0;
  server.script = ({ body, socket }) => {
    const { data } = JSON.parse(body.toString()) as { readonly data: readonly unknown[] };
    const answer = reply(data.length);
    socket.end(typeof answer === "string" ? encodePacket(Buffer.from(answer)) : answer);
  };
  const { status, stdout }: Outcome = await senders[sender](args);
  const said = stdout.split("\n").filter((line) => /^(Response|sent)/.test(line));
  return { status, said, bodies: server.requests.map(({ body }) => withoutTime(body.toString())) };
}

/** The time of sending is never the same. */
function withoutTime(body: string): string {
  return body.replace(/\],"clock":\d+,"ns":\d+\}$/, '],"clock":now}');
}

for (const args of ARGUMENTS) {
  test.skipIf(isSkipped("zabbix_sender"))(`the same as zabbix_sender ${args.join(" ")}`, async () => {
    const expected = await outcomeOf("zabbix_sender", args, success);
    expect(await outcomeOf("tidemark", args, success)).toEqual(expected);
  });
}

for (const [name, reply] of Object.entries(REPLIES)) {
  test.skipIf(isSkipped("zabbix_sender"))(
    `the same as zabbix_sender when the server answers with ${name}`,
    async () => {
      const args = ["-s", "dflt", "-i", "in1.txt"];
      const expected = await outcomeOf("zabbix_sender", args, reply);
      expect(expected.bodies).toHaveLength(1);
      expect(await outcomeOf("tidemark", args, reply)).toEqual(expected);
    },
  );
}

test("nobody there: exit code 1, and the reason", async () => {
  const port = await freePort(HOST);
  const { status, stderr, stdout } = await runTidemark(
    ["send", "-c", configuration, "-z", `${HOST}:${port}`, "-s", "h", "-i", "in1.txt"],
    { cwd: directory },
  );
  expect(status).toBe(1);
  expect(stdout).toBe("Sending failed.\n");
  expect(stderr).toBe(`tidemark: ERROR: connection refused by ${HOST}:${port}\n`);
});

test("the second node is asked when the first refuses", async () => {
  const port = await freePort(HOST);
  server.script = ({ socket }) => socket.end(encodePacket(Buffer.from(success(4).toString())));
  const nodes = `${HOST}:${port};${HOST}:${server.at.port}`;
  const { status, stdout } = await runTidemark(["send", "-c", configuration, "-z", nodes, "-s", "h", "-i", "in1.txt"], {
    cwd: directory,
  });
  expect(status).toBe(0);
  expect(stdout).toBe(
    `Response from "${HOST}:${server.at.port}": "processed: 4; failed: 0; total: 4; seconds spent: 0.000041"\n` +
      "sent: 4; skipped: 0; total: 4\n",
  );
});

test("a file that cannot be read: exit code 1, and the reason", async () => {
  const { status, stderr } = await senders.tidemark(["-s", "h", "-i", "nowhere.txt"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^tidemark: ERROR: cannot read "nowhere.txt": ENOENT/);
});

test("values of the daemon's keys go with the times of their samples", async () => {
  const bench = await Bench.at(HOST);
  bench.configure([]);
  await bench.start();
  server.requests.length = 0;
  server.script = ({ socket }) => socket.end(encodePacket(Buffer.from(success(2).toString())));
  const before = Date.now() / 1000;
  const { status, stdout, stderr } = await bench.command(
    "send",
    "-z",
    `${HOST}:${server.at.port}`,
    "-s",
    "web 1",
    "agent.ping",
    "tidemark.version",
    "no.such",
  );
  expect(stderr).toMatch(/^tidemark: no\.such: not supported: /);
  expect(stdout).toMatch(/^Response from .*\nsent: 2; skipped: 1; total: 3\n$/);
  expect(status).toBe(2);
  const { data } = JSON.parse(String(server.requests[0]?.body)) as {
    data: readonly Readonly<Record<string, unknown>>[];
  };
  expect(data).toEqual([
    { host: "web 1", key: "agent.ping", value: "1", clock: expect.any(Number), ns: expect.any(Number) },
    {
      host: "web 1",
      key: "tidemark.version",
      value: expect.any(String),
      clock: expect.any(Number),
      ns: expect.any(Number),
    },
  ]);
  expect(Math.abs(Number(data[0]?.["clock"]) - before)).toBeLessThan(10);
});
