import { test } from "vitest";
import { address, freePort } from "./address.ts";
import { Campaign, forwardAction } from "./rsyslog-campaign.ts";
import { Rsyslogd } from "./rsyslogd.ts";

test("a dead destination: the queue grows in memory, is stuck, and drains when it was predicted", async () => {
  const host = address(import.meta.url);
  const sinkAt = { host, port: await freePort(host) };
  const lines = forwardAction(host, sinkAt.port, 'queue.dequeueSlowDown="200000"'); // 10 messages each 200 ms
  const campaign = new Campaign(new Rsyslogd({ host, port: await freePort(host) }, lines), sinkAt);
  await campaign.begin();
  await campaign.idle();
  await campaign.growInMemory(300);
  await campaign.retryForEver();
  await campaign.drain();
});
