import { expect, test } from "vitest";
import { expectNothingLost, journalWriter } from "./journal-kill.ts";
import { start, temporaryDirectory } from "./start.ts";

test("kill -9 at ten random instants loses nothing that was with the kernel", async () => {
  await expectNothingLost(10);
});

test("the lock of a living process is respected, that of a killed one is gone with it", async () => {
  const writer = await journalWriter();
  const directory = temporaryDirectory();
  const options = { ready: /^ack /m };
  const first = await start(process.execPath, [writer, directory], options);
  const refused = start(process.execPath, [writer, directory], options);
  await expect(refused).rejects.toThrow(`"${directory}/lock" is locked by process ${first.pid}`);
  await expect(refused).rejects.toThrow("exit status 111");
  first.signal("SIGKILL");
  await first.ended;
  const second = await start(process.execPath, [writer, directory], options);
  expect(second.exit).toBeUndefined();
});

test("a clean end leaves no damage and gives the lock back", async () => {
  const writer = await journalWriter();
  const directory = temporaryDirectory();
  for (let round = 0; round < 2; round++) {
    const program = await start(process.execPath, [writer, directory], { ready: /^ack /m });
    program.signal("SIGTERM");
    expect(await program.ended).toEqual({ status: 0, signal: null });
    expect(program.stderr).toBe("");
  }
});

test("without the program flock the journal says what is missing", async () => {
  const writer = await journalWriter();
  const env = { PATH: "/nonexistent" };
  const started = start(process.execPath, [writer, temporaryDirectory()], { ready: /^ack /m, env });
  await expect(started).rejects.toThrow("with the program flock (util-linux): spawnSync flock ENOENT");
});
