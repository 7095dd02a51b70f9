import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { VrrpWorld } from "./keepalived.ts";
import { isSkipped } from "./start.ts";
import { waitFor } from "./wait.ts";
import { worldsAreAllowed } from "./world.ts";

const WEB = { name: "VI_web", device: "veth0", id: 51, priority: 100, address: "192.0.2.10/24" };
const MAIL = { name: "VI mail ü", device: "veth2", id: 52, priority: 90, address: "198.51.100.10 dev veth2" };
/** No two machines give it another short name. */
const MAIL_TARGET = "VI_mail___-0d9d4e";

const isPossible = worldsAreAllowed && !isSkipped("keepalived");

describe.skipIf(!isPossible)("a real keepalived on a machine of its own (needs root and namespaces)", () => {
  test("by notify FIFO: failover, fault, children that die, stop, start", async () => {
    const world = await VrrpWorld.make(address(import.meta.url));
    await world.tidemark(`Keepalived.NotifyFifo=${world.fifo}`);
    expect(await world.get("keepalived.discovery")).toBe("[]");

    const first = await world.keepalived([WEB, MAIL], `vrrp_notify_fifo ${world.fifo}`);
    await world.until("keepalived.state[VI_web]", "2");
    await world.until(`keepalived.state[${MAIL_TARGET}]`, "2");
    expect(await world.get("keepalived.source[VI_web]")).toBe("notify FIFO");
    expect(await world.get("keepalived.priority[VI_web]")).toBe("100");

    const peer = await world.peer([{ ...WEB, priority: 200 }]);
    await world.until("keepalived.state[VI_web]", "1");
    const since = Number(await world.get("keepalived.since[VI_web]"));
    expect(Math.abs(Date.now() / 1000 - since)).toBeLessThan(5);
    expect(await world.get(`keepalived.state[${MAIL_TARGET}]`)).toBe("2");
    await peer.kill();
    await world.until("keepalived.state[VI_web]", "2");

    await world.run("ip", "link", "set", "veth2", "down");
    await world.until(`keepalived.state[${MAIL_TARGET}]`, "3");
    await world.run("ip", "link", "set", "veth2", "up");
    await world.until(`keepalived.state[${MAIL_TARGET}]`, "2");
    await world.until("keepalived.transitions[VI_web,5s]", "0");

    await world.run("kill", "-9", world.vrrpPid);
    await world.until("keepalived.child.restarts[10s]", "1");
    await world.until("keepalived.state[VI_web]", "2");

    await world.run("kill", world.parentPid); // keepalived takes its FIFO with it
    await first.ended;
    await world.until("keepalived.state[VI_web]", "4");
    await world.keepalived([WEB, MAIL], `vrrp_notify_fifo ${world.fifo}`);
    await world.until("keepalived.state[VI_web]", "2");
    expect(await world.get("keepalived.source[VI_web]")).toBe("notify FIFO");
    expect(await world.get("keepalived.child.restarts[10s]")).toBe("1");
    await world.run("kill", "-9", world.parentPid);
    await world.until("keepalived.state[VI_web]", "4");
  });

  test("by addresses, by the data file, and a child that dies every second", async () => {
    const world = await VrrpWorld.make(address(import.meta.url));
    const data = join(process.env["TMPDIR"] ?? "/tmp", "keepalived.json");
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

    for (const restarts of ["1", "2", "3"]) {
      await world.run("kill", "-9", world.vrrpPid);
      await world.until("keepalived.child.restarts[30s]", restarts);
    }
    rmSync(data);
  });
});

test.runIf(!isPossible)("keepalived is not tested: no namespaces here, or TIDEMARK_SKIP names it", () => {
  expect(isPossible).toBe(false);
});
