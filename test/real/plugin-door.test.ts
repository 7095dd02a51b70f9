import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText } from "../../src/plugin/config.ts";
import { verify } from "../../src/plugin/verify.ts";
import { fromHex, vectors } from "../unit/zabbix/vectors.ts";
import { AgentSide, frame, LAUNCHER, optionTree, TYPE, untilGone } from "./plugin-agent-side.ts";
import { bundle, run, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/* The built plugin, started as agent 2 starts it, with a test at the agent's end of the socket. */

interface Run {
  readonly argv: readonly [string, "true" | "false"];
  readonly frames: readonly {
    readonly direction: string;
    readonly hex: string;
    readonly json: { readonly id: number; readonly type: number };
  }[];
}

interface Captures {
  readonly cases: readonly {
    readonly agent: string;
    readonly capacity: string | number;
    readonly runs: readonly Run[];
  }[];
}

const METRICS = JSON.parse(
  readFileSync(new URL("../../src/plugin/metrics.json", import.meta.url), "utf8"),
) as readonly (readonly string[])[];
const NOBODY = { socket: "/nonexistent/tidemark.sock" };
/** Options of a plugin whose own tidemark cannot start, since nothing may be written there: every check is an error. */
const NOWHERE = [`Socket=${NOBODY.socket}`, "Directory=/proc/nothing"];

/** What is answered to each type of the agent's messages. */
const ANSWERS: Readonly<Record<number, object>> = {
  2: { type: TYPE.registered, name: "Tidemark", interfaces: 7 },
  6: { type: TYPE.exported, error: expect.stringMatching(/[.]$/) },
  9: { type: TYPE.valid },
};

async function replay({ argv, frames }: Run): Promise<AgentSide> {
  const side = await AgentSide.start(argv[1]);
  for (const { hex, json } of frames.filter(({ direction }) => direction === "agent->plugin")) {
    side.bytes(fromHex(hex));
    const answer = ANSWERS[json.type];
    if (answer !== undefined) expect(await side.answer(json.id)).toMatchObject(answer);
  }
  return side;
}

describe("captured dialogues, byte for byte", () => {
  for (const { agent, capacity, runs } of vectors<Captures>("plugin-captures").cases) {
    for (const captured of runs) {
      const isRegistering = captured.argv[1] === "true";
      test(`${agent}, capacity ${capacity}, ${isRegistering ? "registering" : "working"}`, async () => {
        const { plugin } = await replay(captured);
        const stays = isRegistering && agent.includes("6.0");
        if (!stays) expect(await plugin.ended).toEqual({ status: 0, signal: null });
        await plugin.kill();
      });
    }
  }
});

describe("registering", () => {
  const OPTIONS = { id: 2, type: 9, private_options: optionTree(["Memcached.main.Uri=tcp://127.0.0.1:11211"]) };

  test("tells every key", async () => {
    const side = await AgentSide.start("true");
    side.send({ id: 1, type: 2, version: "6.4.0" });
    expect((await side.answer(1))["metrics"]).toEqual(METRICS.flat());
    side.send(OPTIONS);
    expect(await side.answer(2)).toEqual({ id: 2, type: TYPE.valid });
    side.send({ id: 3, type: 5 });
    expect(await side.plugin.ended).toEqual({ status: 0, signal: null });
  });

  test("under 6.0 something small stays, whatever signals come, until the agent is gone", async () => {
    const parent = ["/bin/sh", "-c", '"$@" & echo "launcher $!"; wait; sleep 60', "sh"];
    const side = await AgentSide.start("true", { before: parent });
    side.send({ id: 1, type: 2, version: "6.0.13" });
    await side.answer(1);
    side.send({ id: 0, type: 5 });
    const pid = Number(/launcher (\d+)/.exec(side.plugin.stdout)?.[1]);
    const isTail = () => readFileSync(`/proc/${pid}/comm`, "latin1") === "tail\n";
    await waitFor(isTail, { what: "tail in the launcher's place" });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(pid, signal);
    expect(isTail()).toBe(true);
    side.plugin.signal("SIGKILL");
    await untilGone(pid);
  });

  test("an agent that hangs up instead of ending it leaves nothing behind", async () => {
    const side = await AgentSide.start("true");
    side.hangUp();
    expect(await side.plugin.ended).toEqual({ status: 0, signal: null });
  });

  test("a wrong option is a sentence", { retry: 3 }, async () => {
    for (const [line, reason] of [
      ["Memcached.main.Uri=http://x", /^Plugins\.Tidemark: .*"http:\/\/x"/],
      ["ListenPort=10055", /^Plugins\.Tidemark\.ListenPort: not for the plugin/],
      ["Directory=here", /^Plugins\.Tidemark\.Directory: expected an absolute path/],
    ] as const) {
      const side = await AgentSide.start("true");
      side.send({ id: 1, type: 9, private_options: optionTree([line]) });
      expect((await side.answer(1))["error"], `${line}; a busy machine? ${side.logged}`).toMatch(reason);
    }
  });
});

test("an agent that gives up while options are verified leaves no file behind", async () => {
  const side = await AgentSide.start("true");
  side.send({ id: 1, type: 9, private_options: optionTree(["Schedule=* * * * *"]) });
  const files = () => readdirSync(side.directory).filter((name) => name.startsWith("tidemark-plugin-check-"));
  await waitFor(() => files().length === 1 || side.said.length > 0, { what: "the options' file" });
  side.hangUp();
  await side.plugin.ended;
  expect(files()).toEqual([]);
});

describe("verify", () => {
  const asked = (timeoutMs: number, ...directives: readonly string[]) =>
    verify({ program: bundle(), config: configText({ directory: "/x", directives }), timeoutMs });

  const BAD = [
    [["Memcached.main.Uri=http://x"], /^Plugins\.Tidemark: .*"http:\/\/x"/],
    [["Memcahced.main.Uri=tcp://127.0.0.1"], /^Plugins\.Tidemark: unknown directive .*Memcached\.main\.Uri/],
    [["Schedule=* * *"], /^Plugins\.Tidemark: .*Schedule/],
    [["Schedule=* * * * *", "Schedule=* * * * *"], /^Plugins\.Tidemark: .*"Schedule"/],
    [["StateDir=/y"], /^Plugins\.Tidemark: .*"StateDir"/],
  ] as const;
  for (const [lines, reason] of BAD) {
    test(`${lines.join(", ")} is refused in the agent's words`, async () => {
      const said = await asked(15_000, ...lines);
      expect(said).toMatch(reason);
      expect(said).not.toMatch(/\/tmp|plugin\.conf|\n/);
    });
  }

  test("what is right is not spoken of; a check that takes too long is no answer", async () => {
    expect(await asked(15_000, "Schedule=* * * * *")).toBe(undefined);
    await expect(asked(1)).rejects.toThrow("that took more than 1 ms");
  });
});

describe("bad input", () => {
  test("wrong arguments, and sockets that are gone or cannot be, end it with a sentence", async () => {
    const alone = (...args: readonly string[]) => run(LAUNCHER, args, { env: { TIDEMARK_NODE: process.execPath } });
    const sentence = expect.stringMatching(/^tidemark-plugin: [^\n]+\n$/);
    for (const args of [[], ["/x"], ["/x", "maybe"], ["/x", ""]]) {
      expect(await alone(...args)).toEqual({ status: 100, signal: null, stdout: "", stderr: sentence });
    }
    for (const path of ["/nonexistent/agent.sock", `/${"x".repeat(300)}`, temporaryDirectory(), "relative", ""]) {
      expect(await alone(path, "true")).toEqual({ status: 111, signal: null, stdout: "", stderr: sentence });
    }
  });

  test("frames that mean nothing are passed over, and checks go on", async () => {
    const side = await AgentSide.working(NOWHERE);
    const junk = [frame("{nonsense"), frame("[]"), frame({ id: 5, type: 11 }), frame({ id: 6, type: 6 }, 9), frame("")];
    for (const bytes of junk) side.bytes(bytes);
    expect(await side.refusal("tidemark.version")).toMatch(
      /The plugin's tidemark cannot be started: .*\/proc\/nothing/,
    );
    expect(side.logged.filter((line) => line.startsWith("A message of the agent was ignored: "))).toHaveLength(5);
    expect(side.closed).toBe(false);
  });

  test("bytes that are no frames end it with a sentence", async () => {
    const side = await AgentSide.start("false");
    side.bytes(fromHex("01000000ffffffff00"));
    expect(await side.plugin.ended).toEqual({ status: 111, signal: null });
    expect(side.plugin.stderr).toMatch(/expected a frame of at most 16777216 bytes, found 4294967295\n$/);
  });

  test("a check that is asked twice under one id is answered twice; a body of a megabyte is one check", async () => {
    const side = await AgentSide.working(NOWHERE);
    for (const key of ["a", "b"]) side.send({ id: 9, type: 6, key });
    const answers = () => side.said.filter(({ id, type }) => id === 9 && type === TYPE.exported).length === 2;
    await waitFor(answers, { what: "two answers" });
    expect(await side.refusal("memcached.state", ["x".repeat(1 << 20)])).toMatch(/cannot be started/);
  });

  test("frames cut at each byte are the same frames", async () => {
    const side = await AgentSide.working(NOWHERE);
    for (const byte of frame({ id: 7, type: 6, key: "tidemark.version" })) {
      side.bytes(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await side.answer(7))["error"]).toMatch(/cannot be started/);
  });
});

test("signals to the group do not end it, the agent's end does", async () => {
  const side = await AgentSide.working(NOWHERE);
  await side.refusal("tidemark.version");
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) side.plugin.signal(signal);
  await side.refusal("tidemark.version");
  side.hangUp();
  expect(await side.plugin.ended).toEqual({ status: 0, signal: null });
});

test("a directory that is somebody else's, or a link, is refused", async () => {
  const directory = temporaryDirectory();
  const { status } = await run("ln", ["-s", "/tmp", join(directory, "link")]);
  expect(status).toBe(0);
  const link = await AgentSide.working([`Socket=${NOBODY.socket}`, `Directory=${directory}/link`]);
  expect(await link.refusal("tidemark.version")).toMatch(/is not a directory but a symbolic link\.$/);
  const open = await AgentSide.working([`Socket=${NOBODY.socket}`, "Directory=/tmp"]);
  expect(await open.refusal("tidemark.version")).toMatch(/others may write to "\/tmp"|belongs to the user/);
});
