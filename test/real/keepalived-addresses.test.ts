import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { keepalivedIsPossible, VrrpWorld, WEB } from "./keepalived.ts";
import { waitFor } from "./wait.ts";

describe.skipIf(!keepalivedIsPossible)("a real keepalived without a notify FIFO (needs root and namespaces)", () => {
  test("by addresses, by the data file, and a child that dies again and again", async () => {
    const world = await VrrpWorld.make(address(import.meta.url));
    const data = join(tmpdir(), "keepalived.json");
    const program = await world.keepalived([WEB]);
    await world.tidemark(`Keepalived.DataFile=${data}`);
    await world.until("keepalived.state[VI_web]", "2");
    expect(await world.get("keepalived.source")).toBe("addresses");

    await world.run("ip", "link", "set", "veth0", "down");
    await world.until("keepalived.state[VI_web]", "6");
    await waitFor(() => /Entering FAULT STATE/.test(program.log), { what: "a fault" });
    await world.run("sh", "-c", `kill -$(keepalived --signum=JSON) ${world.parentPid}`);
    await world.until("keepalived.state[VI_web]", "3");
    expect(await world.get("keepalived.source")).toBe("data file");

    rmSync(data);

    for (const restarts of ["1", "2"]) {
      await world.run("kill", "-9", world.vrrpPid);
      await world.until("keepalived.child.restarts[10s]", restarts);
    }
  });
});
