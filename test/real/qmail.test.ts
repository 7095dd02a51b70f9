import { chmodSync, realpathSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { nobodyRunsNode, startAsNobody } from "./nobody.ts";
import { QmailHome } from "./qmail.ts";
import { isSkipped, run, temporaryDirectory } from "./start.ts";

test.skipIf(isSkipped("svscan"))(
  "a queue in qmail's layout: counts, delivery slots, and qmail-send's end",
  async () => {
    const qmail = new QmailHome(realpathSync(temporaryDirectory()));
    const messages = qmail.add(300);
    qmail.add(20, true);
    const sender = await qmail.sender();
    await qmail.logger();
    qmail.say("status: local 0/10 remote 3/20");
    const bench = await Bench.at(address(import.meta.url));
    bench.configure([`Qmail.Queue=${qmail.queue}`, `Qmail.Log=${qmail.log}`]);
    await bench.start();

    await bench.until("qmail.queue.size", "320");
    expect(await bench.get("qmail.state")).toBe("1");
    expect(await bench.get("qmail.queue.todo")).toBe("20");
    expect(await bench.get("qmail.queue.remote")).toBe("300");
    await bench.until("qmail.slots.remote.used", "3");
    qmail.say("status: local 1/10 remote 20/20");
    await bench.until("qmail.slots.remote.pused", "100");
    for (const path of messages.slice(0, 100)) unlinkSync(path);
    await bench.until("qmail.queue.size", "220");
    expect(await bench.get("qmail.queue.growth[,1s]")).toBe("-100");
    expect(await bench.get("qmail.queue.size.max[,4s]")).toBe("320");

    await sender.kill();
    await bench.until("qmail.state", "0");
    expect(await bench.ask("qmail.slots.remote.used")).toMatchObject({ value: null });
    await bench.until("qmail.queue.size", "220");
  },
);

describe.runIf(nobodyRunsNode && !isSkipped("setfacl"))("as an ordinary user", () => {
  test("a queue that may not be read says so, with a command that mends it", async () => {
    const home = realpathSync(temporaryDirectory());
    chmodSync(home, 0o711);
    const qmail = new QmailHome(home);
    qmail.add(5);
    for (const part of ["mess", "local", "remote"]) chmodSync(join(qmail.queue, part), 0o700);
    const bench = await Bench.at(address(import.meta.url));
    bench.configure([`Qmail.Queue=${qmail.queue}`]);
    await startAsNobody(bench);

    await bench.until("qmail.state", "2");
    const mend = `setfacl -m u:nobody:rx ${qmail.queue}/mess`;
    expect((await bench.command("status")).stdout).toContain(`  mend: ${mend}\n`);
    expect((await bench.ask("qmail.queue.size")).error).toContain(`mend: ${mend}`);
    await run("sh", ["-c", mend]);
    await bench.until("qmail.queue.size", "5");
    expect(await bench.get("qmail.state")).toBe("0"); // no lock of any qmail-send
    expect((await bench.ask("qmail.queue.remote")).error).toMatch(/^Permission denied at .*remote/);
  });
});
