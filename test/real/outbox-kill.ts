import { join } from "node:path";
import { build } from "rolldown";
import { expect } from "vitest";
import { run, start, temporaryDirectory } from "./start.ts";
import { pause } from "./wait.ts";

const ROWS = 7;

/** Bundles the program that queues and sends without end, since Node 20 does not run TypeScript. */
export async function outboxWriter(): Promise<string> {
  const file = join(temporaryDirectory(), "outbox-writer.mjs");
  const input = new URL("./outbox-writer.ts", import.meta.url).pathname;
  await build({ input, platform: "node", output: { file, format: "esm" } });
  return file;
}

/** What a server has after some output: of each session only ids above the last one, as real servers do it. */
export class History {
  readonly values: string[] = [];
  readonly #last = new Map<string, number>();
  readonly #given = new Map<string, string>();
  repeated = 0;

  take(stdout: string): void {
    for (const [, session = "", rows = ""] of stdout.matchAll(/^batch (\w+) (.*)\n/gm)) {
      for (const row of rows.split(" ")) this.#take(session, row);
    }
  }

  #take(session: string, row: string): void {
    const [id = "", value = ""] = row.split(":");
    const given = this.#given.get(`${session} ${id}`) ?? value;
    if (given !== value) throw new Error(`id ${id} of session ${session} was given to ${given} and ${value}`);
    this.#given.set(`${session} ${id}`, value);
    if (Number(id) <= (this.#last.get(session) ?? 0)) this.repeated++;
    else this.values.push(value);
    this.#last.set(session, Math.max(Number(id), this.#last.get(session) ?? 0));
  }
}

/** Kills the writer so many times at random instants, and expects every value of every slot once and in order. */
export async function expectEveryValueOnce(rounds: number): Promise<void> {
  const writer = await outboxWriter();
  const directory = temporaryDirectory();
  const history = new History();
  for (let round = 0; round < rounds; round++) {
    const program = await start(process.execPath, [writer, directory, `${ROWS}`], { ready: /^open /m });
    await pause(20 + Math.random() * 130);
    program.signal("SIGKILL");
    expect(await program.ended).toEqual({ status: null, signal: "SIGKILL" });
    history.take(program.stdout);
    expect(program.stderr.replaceAll(/^".*" is damaged from byte .*: cut there\.\n/gm, "")).toBe("");
  }
  const last = await run(process.execPath, [writer, directory, `${ROWS}`, "20", "drain"]);
  expect(last).toMatchObject({ status: 0, stderr: "" });
  history.take(last.stdout);
  const slots = Number(/^open (\d+)/.exec(last.stdout)?.[1]) + 1;
  expect(slots).toBeGreaterThan(rounds);
  expect(history.repeated).toBeGreaterThan(0);
  const every = Array.from({ length: slots }, (_, slot) =>
    Array.from({ length: slot % (ROWS + 1) }, (_row, at) => `${slot}.${at}`),
  ).flat();
  expect(history.values).toEqual(every);
}
