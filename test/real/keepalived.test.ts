import { describe, expect, test } from "vitest";
import { shortName } from "../../src/items/short-name.ts";
import { address } from "./address.ts";
import { keepalivedIsPossible, VrrpWorld, WEB } from "./keepalived.ts";
import { waitFor } from "./wait.ts";

const MAIL = { name: "VI mail ü", device: "veth2", id: 52, priority: 90, address: "198.51.100.10 dev veth2" };
const MAIL_TARGET = shortName(MAIL.name);

describe.skipIf(!keepalivedIsPossible)("a real keepalived on a machine of its own (needs root and namespaces)", () => {
  test("by notify FIFO: failover, fault, children that die, stop, start", async () => {
    const world = await VrrpWorld.make(address(import.meta.url));
    await world.tidemark(`Keepalived.NotifyFifo=${world.fifo}`);
    expect(await world.get("keepalived.discovery")).toBe("[]");

    const first = await world.keepalived([WEB, MAIL], `vrrp_notify_fifo ${world.fifo}`);
    await world.until("keepalived.state[VI_web]", "2");
    await world.until(`keepalived.state[${MAIL_TARGET}]`, "2");
    expect(await world.get("keepalived.source[VI_web]")).toBe("notify FIFO");
    const heardAt = Date.now();
    expect(await world.get("keepalived.priority[VI_web]")).toBe("100");

    await waitFor(() => Date.now() > heardAt + 1000, { what: "what is heard to be new" }); // sooner it may have waited
    const peer = await world.peer([{ ...WEB, device: "veth1", priority: 200 }]);
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
    expect(Number(await world.get("keepalived.transitions[VI_web,4s]"))).toBeGreaterThan(0);

    await world.run("kill", "-9", world.vrrpPid);
    await world.until("keepalived.child.restarts[4s]", "1");
    await world.until("keepalived.state[VI_web]", "2");

    await world.run("kill", world.parentPid); // keepalived takes its FIFO with it
    await first.ended;
    await world.until("keepalived.state[VI_web]", "4");
    await world.keepalived([WEB, MAIL], `vrrp_notify_fifo ${world.fifo}`);
    await world.until("keepalived.state[VI_web]", "2");
    expect(await world.get("keepalived.source[VI_web]")).toBe("notify FIFO");
    expect(await world.get("keepalived.child.restarts[2s]")).toBe("0");
    await world.run("kill", "-9", world.parentPid);
    await world.until("keepalived.state[VI_web]", "4");
  });
});
