import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { History, outboxWriter } from "./outbox-kill.ts";
import { start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** A file system of its own needs root, and a machine that lets root mount: not every container does. */
const mounts = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!mounts)(
  "a full disk stops nothing: values go on in order, and to disk when it has room (needs root and mount)",
  async () => {
    const base = temporaryDirectory();
    const script =
      'mount -t tmpfs -o size=1m tmpfs "$1" && head -c 1000000 /dev/zero >"$1/filler"; exec "$2" "$3" "$1/queue" 7';
    const args = ["-m", "sh", "-c", script, "sh", base, process.execPath, await outboxWriter()];
    const program = await start("unshare", args, { ready: /^open /m });
    await waitFor(
      () => /^Cannot write the journal in .*ENOSPC.* New values wait in memory only\.$/m.test(program.stderr),
      {
        what: "the disk to be full",
      },
    );
    const full = program.stdout.length;
    await waitFor(() => program.stdout.length > full + 20_000, { what: "values to go on" });
    rmSync(join(`/proc/${program.pid}/root`, base, "filler"));
    await waitFor(() => program.stderr.trimEnd().endsWith("is written again; what waited in memory is in it."), {
      what: "the room",
    });
    program.signal("SIGKILL");
    await program.ended;
    const history = new History();
    history.take(program.stdout);
    expect(history.values).toEqual([...new Set(history.values)]);
    expect(history.values.length).toBeGreaterThan(1000);
    const slots = history.values.map((value) => Number.parseInt(value, 10));
    expect(slots).toEqual(slots.toSorted((a, b) => a - b));
    const said = program.stderr.trimEnd().split("\n"); // a small write may still find room between two that do not
    const expected = /^Cannot write the journal in|^The journal in .* is written again/;
    expect(said.filter((line) => !expected.test(line))).toEqual([]);
  },
);
